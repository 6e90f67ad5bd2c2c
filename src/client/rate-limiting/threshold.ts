/** What `ThresholdInformation` says about the hourly requests of a database. */
export interface Threshold {
  readonly externalRequestThreshold: number;
  /** Minutes. */
  readonly requestThresholdTimeframe: number;
  readonly currentTimeframeRequestCount: number;
}
