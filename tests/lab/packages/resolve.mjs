// Lets the scripts of tests/lab import packages that are installed in $LAB, not beside them:
// node --import packages/resolve.mjs script.mjs, with LAB_NODE_PACKAGES=$LAB/PART (lab.sh: lab_node).
import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

const ours = new URL('..', import.meta.url).href;
const installed = pathToFileURL(`${process.env.LAB_NODE_PACKAGES}/`).href;

registerHooks({
  resolve(specifier, context, next) {
    const isPackage = !/^(\.|\/|[a-z]+:)/.test(specifier);
    const parentURL = isPackage && context.parentURL?.startsWith(ours) ? installed : context.parentURL;
    return next(specifier, { ...context, parentURL });
  },
});
