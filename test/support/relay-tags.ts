import { readFileSync } from 'node:fs';
import { registerHooks } from 'node:module';

// What Relay's plugin does in a bundler: the compiled artifact takes the place of its tag. The artifacts are committed,
// since the compiler is 118 MB, and a test notices when they are not of the tags any more.
const tag = /graphql`\s*(?:query|mutation|subscription) (\w+)[^`]*`/g;

registerHooks({
  load: (url, context, nextLoad) => {
    const loaded = nextLoad(url, context);
    if (!url.endsWith('/docs/examples/relay.js')) return loaded;
    const text = readFileSync(new URL(url), 'utf8');
    const imports = Array.from(
      text.matchAll(tag),
      ([, name]) => `import ${name} from './__generated__/${name}.graphql.js';\n`,
    );
    return { ...loaded, source: imports.join('') + text.replaceAll(tag, '$1') };
  },
});
