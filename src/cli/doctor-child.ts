// The process in which `glia doctor` examines the addon, since a broken one may take it down: a report as JSON on stdout.
import { examine } from './doctor-examine.ts';

process.stdout.write(JSON.stringify(await examine()));
