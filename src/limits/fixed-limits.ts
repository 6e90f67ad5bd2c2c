const mebibyte = 1024 * 1024;

/**
 * What one call, and this process with all its calls, may use of Autotask's answers; docs/configuration.md states
 * the numbers. Far above what work takes, and low enough for a container of 512 MB, where Node keeps 256 for itself.
 */
export const limits = {
  /** Bytes of one answer, decompressed. */
  answerBytes: 32 * mebibyte,
  /** Values in one answer: a page of 500 tickets has some 40,000. */
  answerValues: 1_000_000,
  /** Levels of objects and lists in one answer. What lies deeper is left out of a record. */
  depth: 32,
  /** Pages without a row in a row. */
  emptyPages: 3,
  /** HTTP requests of one call, further pages and repeats included: a million records are 2,000. */
  callRequests: 2_500,
  /** Bytes that one call reads, one answer after the other, … */
  callBytes: 1024 * mebibyte,
  /** … and those that it keeps until it ends. */
  heldBytes: 64 * mebibyte,
  /** Bytes of answers that all calls of this process keep or receive at the same time. */
  processBytes: 96 * mebibyte,
  /** Bytes of metadata that are kept for later calls, of all tenants of this process together. */
  metadataBytes: 32 * mebibyte,
  /** Bytes of request bodies that are on their way to the HTTP entry at the same time. */
  bodyBytes: 48 * mebibyte,
} as const;

export const megabytes = (bytes: number): string => `${Math.round(bytes / mebibyte)} MiB`;
