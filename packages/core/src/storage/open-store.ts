import { pathToFileURL } from 'node:url';
import { canonicalJson } from '../lib/canonical-json.ts';
import { parseReference } from '../lib/reference.ts';
import type { RetryPolicy } from '../lib/retry.ts';
import type { Driver, DriverDefinition, DriverTarget } from '../model/driver.ts';
import { fail, type Problem } from '../model/failure.ts';
import type { OpenStore, Store } from '../model/store.ts';
import { checkOptions } from './check-options.ts';
import { builtinDrivers } from './drivers/registry.ts';
import { Lane } from './lane.ts';
import { ManagedStore } from './managed-store.ts';
import { patience } from './patience.ts';
import { parsePlace, refuseCredentials, type Place } from './place.ts';

/** One entry under `stores:`: a URL or path, and its driver's options; secrets are still references. */
export interface StoreSettings {
  readonly url: string;
  readonly [option: string]: unknown;
}

/** Which option of which entry under `stores:` a reference stands in. */
interface OptionAddress {
  readonly store: string;
  /** With the names it lies under: `password`, `headers.authorization`. */
  readonly option: string;
}

export interface StoreOpenerOptions {
  /** Absolute. */
  readonly projectDir: string;
  /** Absolute; where `work:` lies. */
  readonly workDir: string;
  readonly stores?: { readonly [name: string]: StoreSettings };
  /** Kinds of stores that plugins bring; asked for only when no built-in kind fits. */
  drivers?(): Promise<readonly DriverDefinition[]>;
  /** Hosts with private addresses that may be reached. */
  readonly allowHosts?: readonly string[];
  /** Where the config file has an option of an entry: its name, or what stands behind it. */
  whereOption?(name: string, option: string, part: 'name' | 'value'): Pick<Problem, 'file' | 'line' | 'column'>;
  /** Gives the value of an `env:`, `file:` or `cmd:` reference in an option; throws `secret.missing`. */
  secret?(reference: string, of: OptionAddress): Promise<string> | string;
  /** Masks a secret that a driver found by itself, in every sink. */
  hide?(secret: string): void;
  /** Hears what drivers have to say that is no failure. */
  note?(message: string): void;
  /** For all stores. Default: 4 attempts, from 200 ms. */
  readonly retry?: RetryPolicy;
}

/** Opens places as stores; the same place gives the same store. */
export interface StoreOpener {
  readonly open: OpenStore;
  /** The canonical text of a place, without opening it; throws as `open` does for what is no place. */
  place(text: string): string;
  /** Where a place lies, whatever it is called here: places that have it in common are one. */
  location(text: string): string;
  /** Closes every driver that was opened. Stores are not to be used after it. */
  close(): Promise<void>;
}

interface OpenedDriver {
  readonly driver: Driver;
  readonly definition: DriverDefinition;
  readonly lane: Lane;
}

/**
 * Makes the one door to stores of a run.
 *
 * Opening asks no service anything. Throws `config.invalid`, `name.unknown`, `store.scheme`, `secret.inline`, `secret.missing`.
 */
export function createStoreOpener(options: StoreOpenerOptions): StoreOpener {
  const stores = new Map<string, Promise<Store>>();
  const drivers = new Map<string, Promise<OpenedDriver>>();
  const lanes = new Map<string, Lane>();

  function openPlace(place: Place): Promise<Store> {
    return remember(stores, place.place, async () => {
      const found = target(place, options);
      const { prefix } = found;
      const opened = await remember(drivers, found.id, () => openDriver(found));
      return new ManagedStore({
        place: place.place,
        driver: opened.driver,
        guarantees: opened.definition.guarantees,
        prefix,
        lane: opened.lane,
        ...(options.retry === undefined ? {} : { retry: options.retry }),
        // Others may use the same driver; `StoreOpener.close` ends them all.
        onClose: async () => undefined,
      });
    });
  }

  async function openDriver({ url, settings, name }: Target): Promise<OpenedDriver> {
    const definition = await findDriver(url, options);
    // Before references are looked up: a mistyped name must not be told as a missing secret. What has no name was not
    // written by hand.
    if (name !== '')
      checkOptions(definition, settings, {
        store: name,
        where: (option, part) => options.whereOption?.(name, option, part) ?? {},
      });
    const resolved = await resolveMembers(settings, { store: name, option: '' }, options);
    // Limits belong to the service: two stores of one must not together ask twice as much of it.
    const maxParallel = settings['maxParallel'];
    const service = definition.service?.({ url, options: resolved }) ?? `${url.protocol}//${url.host}`;
    const lane = lanes.get(service) ?? new Lane(typeof maxParallel === 'number' ? maxParallel : 16);
    lanes.set(service, lane);
    const driver = await definition.open({
      url,
      options: resolved,
      context: {
        projectDir: options.projectDir,
        workDir: options.workDir,
        allowHosts: options.allowHosts ?? [],
        patiently: patience(lane, options.retry),
        note: (message) => options.note?.(message),
        openDriver: async (wanted) => openDelegate(wanted),
      },
    });
    return { driver, definition, lane };
  }

  async function openDelegate({ url, options: settings = {}, secrets = [] }: DriverTarget): Promise<Driver> {
    for (const secret of secrets) options.hide?.(secret);
    const { driver, definition } = await openDriver({
      url: urlOf(url, options),
      prefix: '',
      settings,
      name: '',
      id: url,
    });
    // What its kind promises goes with it: the store around it was made for the kind that delegates.
    return driver.guarantees === undefined ? Object.assign(driver, { guarantees: definition.guarantees }) : driver;
  }

  return {
    open: async (text) => openPlace(parsePlace(text, options)),
    place: (text) => {
      const place = parsePlace(text, options);
      if (place.kind === 'named') settingsOf(place.name, options);
      return place.place;
    },
    location: (text) => {
      const { url, prefix, settings } = target(parsePlace(text, options), options);
      const whole = `${url.protocol}//${url.host}${url.pathname.replace(/\/$/, '')}${prefix === '' ? '' : `/${prefix}`}`;
      // These name their server; of the others only equal settings are sure to mean one account.
      if (/^(webdav\+)?https?:$|^sftp:$/.test(url.protocol)) return whole;
      const { maxParallel: _, ...rest } = settings;
      return `${canonicalJson(rest)} ${whole}`;
    },
    async close() {
      const opened = await Promise.allSettled(drivers.values());
      // Before the drivers end: who opens a place from now on gets a new one.
      stores.clear();
      drivers.clear();
      await Promise.all(opened.map(async (result) => result.status === 'fulfilled' && result.value.driver.close?.()));
    },
  };
}

// Remembers the promise, so that callers at the same moment share it; a failure is forgotten and may be tried again.
function remember<T>(known: Map<string, Promise<T>>, name: string, make: () => Promise<T>): Promise<T> {
  const before = known.get(name);
  if (before !== undefined) return before;
  const made = make();
  known.set(name, made);
  made.catch(() => known.delete(name));
  return made;
}

interface Target {
  readonly url: URL;
  readonly prefix: string;
  readonly settings: { readonly [option: string]: unknown };
  /** Under `stores:`; '' for a place that has no settings. */
  readonly name: string;
  /** Places with the same id share a driver. */
  readonly id: string;
}

function target(place: Place, options: StoreOpenerOptions): Target {
  switch (place.kind) {
    // Each plain folder is a store of its own and stages inside itself: it may be a file system of its own.
    case 'path':
      return { url: pathToFileURL(place.path), prefix: '', settings: {}, name: '', id: `file:${place.path}` };
    // All `work:` places are one store, so one folder holds everything staged.
    case 'work':
      return { url: pathToFileURL(options.workDir), prefix: place.prefix, settings: {}, name: '', id: 'work:' };
    case 'memory':
      return {
        url: new URL(`memory:${place.name}`),
        prefix: place.prefix,
        settings: {},
        name: '',
        id: `memory:${place.name}`,
      };
    case 'url':
      return { url: place.url, prefix: '', settings: {}, name: '', id: place.place };
    case 'named': {
      const { url, ...settings } = settingsOf(place.name, options);
      return { url: urlOf(url, options), prefix: place.prefix, settings, name: place.name, id: `${place.name}:` };
    }
  }
}

function settingsOf(name: string, options: StoreOpenerOptions): StoreSettings {
  const known = options.stores ?? {};
  const settings = Object.hasOwn(known, name) ? known[name] : undefined;
  if (settings !== undefined) return settings;
  throw fail('name.unknown', { kind: 'store', name, known: Object.keys(known).sort() });
}

/** The URL of an entry under `stores:`, which may be a path; a name there would be a name for a name. */
function urlOf(text: string, options: StoreOpenerOptions): URL {
  const place = parsePlace(text, options);
  if (place.kind === 'path') return pathToFileURL(place.path);
  if (place.kind === 'url') return place.url;
  if (place.kind === 'memory') return new URL(place.place);
  throw fail('usage.invalid', { message: `The store URL ${JSON.stringify(text)} must be a path or a URL.` });
}

async function findDriver(url: URL, options: StoreOpenerOptions): Promise<DriverDefinition> {
  const scheme = url.protocol.slice(0, -1);
  const builtin = builtinDrivers.find(({ schemes }) => schemes.includes(scheme));
  if (builtin !== undefined) return builtin.load();
  const extra = (await options.drivers?.()) ?? [];
  const brought = extra.find(({ schemes }) => schemes.includes(scheme));
  if (brought !== undefined) return brought;
  refuseCredentials(url);
  const known = [...builtinDrivers, ...extra].flatMap(({ schemes }) => schemes).sort();
  throw fail('store.scheme', { url: url.href, known });
}

/** Replaces every reference by its value, also inside objects and lists: options are free-form. */
async function resolveMembers(
  settings: object,
  { store, option }: OptionAddress,
  options: StoreOpenerOptions,
): Promise<{ readonly [option: string]: unknown }> {
  const pairs = Object.entries(settings).map(async ([name, value]: [string, unknown]): Promise<[string, unknown]> => {
    const path = option === '' ? name : `${option}.${name}`;
    return [name, await resolveOption(value, { store, option: path }, options)];
  });
  return Object.fromEntries(await Promise.all(pairs));
}

async function resolveOption(value: unknown, of: OptionAddress, options: StoreOpenerOptions): Promise<unknown> {
  if (typeof value === 'string') {
    if (parseReference(value) === undefined) return value;
    if (options.secret !== undefined) return options.secret(value, of);
    throw fail('secret.missing', { name: of.option, reference: value, why: 'no secrets can be read here' });
  }
  if (Array.isArray(value)) {
    const { store, option } = of;
    return Promise.all(
      value.map((member: unknown, i) => resolveOption(member, { store, option: `${option}[${i}]` }, options)),
    );
  }
  return typeof value === 'object' && value !== null ? resolveMembers(value, of, options) : value;
}
