// Types of dist/library, from what the compiler wrote to dist/declarations: npm run build:types.
import { declarations } from './library.mjs';

await declarations('dist/declarations', 'dist/library');
