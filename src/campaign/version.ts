/** This package's version: what a capsule was made with. Equal to package.json's, says a test. */
export const VERSION = "0.1.0";
