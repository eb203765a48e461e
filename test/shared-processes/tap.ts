import { currentTest } from './run-files.ts'

/** What a test file that shares its process imports in place of tap; a new instance of this module for each. */
// biome-ignore lint/style/noDefaultExport: tap's is one, too
export default currentTest()
