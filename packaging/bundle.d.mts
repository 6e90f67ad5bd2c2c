/** Paths of the modules that are in each file. */
export type Contents = Readonly<Record<string, readonly string[]>>;

export declare function bundle(input: Readonly<Record<string, string>>, dir: string): Promise<Contents>;
