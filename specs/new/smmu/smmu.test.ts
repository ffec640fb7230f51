import { testEveryVariant } from '../../every-variant.ts';
import { spec } from './index.ts';

testEveryVariant(spec);
