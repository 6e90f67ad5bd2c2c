/** The package has no types of its own. */
declare module '@apigrate/autotask-restapi' {
  export interface EntityClient {
    query(
      search: unknown,
    ): Promise<{ items: Record<string, unknown>[]; pageDetails: Record<string, unknown> }>;
    count(search: unknown): Promise<{ queryCount: number }>;
    get(idOrParentId: number, id?: number): Promise<Record<string, unknown>>;
    create(valueOrParentId: unknown, value?: unknown): Promise<{ itemId: number }>;
    update(valueOrParentId: unknown, value?: unknown): Promise<{ itemId: number }>;
    replace(valueOrParentId: unknown, value?: unknown): Promise<{ itemId: number }>;
    delete(idOrParentId: number, id?: number): Promise<{ itemId: number }>;
    info(): Promise<{ info: Record<string, unknown> }>;
    fieldInfo(): Promise<{ fields: Record<string, unknown>[] }>;
    udfInfo(): Promise<{ fields: Record<string, unknown>[] }>;
  }
  export class AutotaskRestApi {
    constructor(user: string, secret: string, code: string, options: { base_url: string });
    readonly zoneInfo: Record<string, unknown> | null;
    readonly [entity: string]: EntityClient;
  }
}
