import { describeEntityStore } from '../../contract/store/entities.ts';
import { describeSampleStore } from '../../contract/store/samples.ts';
import { describeKeyValueStore } from '../../contract/store/values.ts';
import { newStore } from './folder.ts';

describeEntityStore('embedded', () => newStore((store) => store.entities));
describeKeyValueStore('embedded', () => newStore((store) => store.values));
describeSampleStore('embedded', () => newStore((store) => store.samples));
