// The process that the bench takes the time of: loaded as the heddle command is.
import { load } from '../specs/launch/load.mjs';

await load('explore-one');
