import { defineProject } from 'visavox/config';

/** The project. Its models come here: visavox init --template tabular shows one. */
export default defineProject({ name: '__NAME__' });
