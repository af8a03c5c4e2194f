// The objects, and the records of the one that is chosen.

import { ask, at, counted, grouped, make, readable, write } from './parts.js';

const ROWS = 25;

let chosen; // the key of an object
let page = 1;
// What is on the page, as the server said it.
let shownObjects;
let shownRecords;

export function begin(changed) {
    at('objects').addEventListener('click', (event) => {
        const key = event.target.closest('button')?.dataset.key;
        if (key !== undefined) turn(key, 1);
    });
    at('previous').addEventListener('click', () => turn(chosen, page - 1));
    at('next').addEventListener('click', () => turn(chosen, page + 1));
    function turn(key, to) {
        [chosen, page] = [key, to];
        changed();
    }
}

/** Shows what is there now. */
export async function show() {
    const objects = await ask('objects');
    at('no-objects').hidden = objects.length > 0;
    at('store').hidden = objects.length === 0;
    const object = objects.find(({ key }) => key === chosen) ?? objects[0];
    if (object === undefined) return;
    chosen = object.key;
    showObjects(objects);
    page = Math.min(page, Math.max(Math.ceil(object.records / ROWS), 1));
    const asked = `objects/${encodeURIComponent(chosen)}/records?rows_per_page=${ROWS}&page=${page}`;
    const list = await ask(asked);
    // Another one may have been chosen meanwhile.
    if (chosen === object.key) showRecords(object, list);
}

function showObjects(objects) {
    if (JSON.stringify([chosen, objects]) === shownObjects) return;
    shownObjects = JSON.stringify([chosen, objects]);
    const hadFocus = at('objects').contains(document.activeElement);
    const row = ({ key, name, records }) => {
        const button = make('button', { type: 'button', title: key }, name || key, ' ',
            make('span', { class: 'quiet' }, grouped(records)));
        button.dataset.key = key;
        if (key === chosen) button.setAttribute('aria-current', 'true');
        return make('li', {}, button);
    };
    at('objects').replaceChildren(...objects.map(row));
    if (hadFocus) at('objects').querySelector('[aria-current]').focus();
}

function showRecords(object, list) {
    const pages = Math.max(Math.ceil(list.total_records / ROWS), 1);
    write(at('pages'), `${counted(list.total_records, 'record')}, page ${grouped(page)} of ${grouped(pages)}`);
    at('previous').disabled = page <= 1;
    at('next').disabled = page >= pages;
    at('no-records').hidden = list.total_records > 0;
    at('records').hidden = list.total_records === 0;
    if (JSON.stringify([object, list]) === shownRecords) return;
    shownRecords = JSON.stringify([object, list]);

    const head = object.fields.map(({ key, name, type, required }) =>
        make('th', { scope: 'col', title: required ? `${type}, required` : type }, name || key,
            make('span', { class: 'quiet' }, key)));
    const table = at('records');
    table.tHead.replaceChildren(make('tr', {}, make('th', { scope: 'col' }, 'id'), ...head));
    table.tBodies[0].replaceChildren(...list.records.map((record) => row(object, record)));
}

function row({ fields }, record) {
    const open = make('button', { type: 'button', title: `all of ${record.id}` }, record.id.slice(-6));
    open.addEventListener('click', () => showRecord(record));
    const cells = fields.map(({ key }) => {
        const value = shown(record[key], record[`${key}_raw`]);
        return make('td', value.length > 30 ? { title: value } : {}, value);
    });
    return make('tr', {}, make('th', { scope: 'row' }, open), ...cells);
}

/** What a cell says: the value as people see it, or in plain words where that is markup. */
function shown(formatted, raw) {
    const plain = typeof formatted === 'string' && !formatted.includes('<');
    return plain ? formatted : inWords(raw ?? formatted);
}

// By what Knack's raw values are read.
const NAMES = ['identifier', 'date_formatted', 'formatted_value', 'full', 'email', 'filename', 'label', 'url'];

function inWords(value) {
    if (value === null || value === undefined) return '';
    if (Array.isArray(value)) return value.map(inWords).join(', ');
    if (typeof value !== 'object') return String(value);
    const name = NAMES.find((known) => value[known]);
    return name === undefined ? JSON.stringify(value) : String(value[name]);
}

function showRecord(record) {
    write(at('record-title'), record.id);
    write(at('record').querySelector('pre'), readable(JSON.stringify(record)));
    at('record').showModal();
}
