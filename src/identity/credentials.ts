/** An API user of one tenant. All three are secrets to everything but the client. */
export interface Credentials {
  readonly userName: string;
  readonly secret: string;
  readonly integrationCode: string;
}
