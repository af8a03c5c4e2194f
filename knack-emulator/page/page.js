// The page at `/`: asks the server once a second while it is looked at, and shows what it says.

import * as limits from './limits.js';
import * as live from './live.js';
import { Refusal, ask, at, counted, span, time, write } from './parts.js';
import * as records from './records.js';
import * as requests from './requests.js';

const EVERY_MS = 1000;

let timer;
let asking = false;
let again = false;
let latest; // when the server answered last

/** Asks now, or once more when what is on its way is there. */
function refresh() {
    again = true;
    if (!asking) poll();
}

async function poll() {
    clearTimeout(timer);
    asking = true;
    try {
        while (again) {
            again = false;
            await show();
        }
    } finally {
        asking = false;
        // A page that nobody sees asks nothing.
        if (!document.hidden) timer = setTimeout(refresh, EVERY_MS);
    }
}

async function show() {
    try {
        const [state, minute, list] = await Promise.all([ask('state'), ask('live'), ask(requests.PATH)]);
        showHead(state);
        live.show(minute, state.rate);
        limits.show(state);
        requests.show(list);
        await records.show();
        latest = Date.now();
        alarm('');
    } catch (error) {
        if (error instanceof Refusal) alarm(error.message);
        else if (isAway(error)) alarm(`The server does not answer.${ofWhen()} It is asked again every second.`);
        else throw error;
    }
}

// What `fetch` says of a server that is not there, or that ends in the middle of an answer.
const isAway = (error) => error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException;
const ofWhen = () => (latest === undefined ? '' : ` What is shown is of ${time(latest)}.`);

function alarm(text) {
    write(at('alarm'), text);
    document.body.classList.toggle('away', text !== '');
}

function showHead({ application, now_ms, calls }) {
    const name = application.name || 'Local Knack';
    write(at('name'), name);
    document.title = `${name} – local Knack`;
    write(at('about'), `at ${location.host}, application ${application.id}`);
    const ahead = now_ms - Date.now();
    const off = Math.abs(ahead);
    const far = off < 120_000 ? `${Math.round(off / 1000)} s` : span(off);
    const skew = off < 1500 ? '' : `, ${far} ${ahead > 0 ? 'ahead' : 'behind'}`;
    const date = new Date(now_ms).toLocaleDateString();
    write(at('clock'), `${date} ${time(now_ms)}${skew} · ${counted(calls, 'call')} so far`);
}

at('reset').addEventListener('click', async () => {
    if (!confirm('Bring back records, limits, faults and the clock as they were at the start?')) return;
    await ask('reset', 'POST').catch(() => {});
    refresh();
});
document.addEventListener('visibilitychange', () => {
    if (!document.hidden) refresh();
});
live.begin();
limits.begin(refresh);
requests.begin(refresh);
records.begin(refresh);
refresh();
