import { buildStudio } from '../../client/build.ts';

/** The studio as its sources are, before any test asks for it; twice would be two builds in one folder. */
export default buildStudio;
