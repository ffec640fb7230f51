/** A worker of a team that explores a subject of the bench. */
import { work } from '../checker/parallel/worker.ts';
import { build, type Subject } from './subject.ts';

work((source) => build(source as Subject));
