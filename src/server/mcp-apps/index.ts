/** What makes views: loaded when a client that shows them needs one, and together. */
export { calledWith } from './called-with.js';
export { readViewPage } from './page.js';
export { nothingView, previewView } from './preview-view.js';
export { resultView } from './result-view.js';
