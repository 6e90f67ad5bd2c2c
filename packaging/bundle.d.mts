import type { BuildOptions, BuildResult } from 'esbuild';

export declare const common: Readonly<Pick<BuildOptions, 'format' | 'platform' | 'target' | 'logLevel'>>;

export declare function bundle(
  entryPoints: Readonly<Record<string, string>>,
  outdir: string,
  options?: BuildOptions,
): Promise<BuildResult<{ metafile: true }>>;
