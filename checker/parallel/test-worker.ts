import { build, type Source } from './test-systems.ts';
import { work } from './worker.ts';

work((source) => build(source as Source));
