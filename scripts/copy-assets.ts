import { cpSync, globSync } from 'node:fs';

/** Files the compiled program reads beside its code, which the compiler leaves behind. */
for (const file of globSync('src/**/*.{yaml,lua}')) cpSync(file, file.replace(/^src/, 'dist'));
