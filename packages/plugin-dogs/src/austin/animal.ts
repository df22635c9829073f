/** What is known of a dog; what its table does not say is null, never a text that says so. */
export interface Animal {
  readonly name: string | null;
  readonly sex: string | null;
  readonly weight_pounds: number | null;
  readonly dob: string | null;
  readonly breed: string | null;
  readonly color: string | null;
  readonly pattern: string | null;
}

const nobody: Animal = {
  name: null,
  sex: null,
  weight_pounds: null,
  dob: null,
  breed: null,
  color: null,
  pattern: null,
};

/** Endings of column names, folded; tables of shelters put `Animal` and more before them. */
const endings: { readonly [K in keyof Animal]: readonly string[] } = {
  name: ['animalname', 'name'],
  sex: ['sex'],
  weight_pounds: ['weightpounds', 'weight'],
  dob: ['dob', 'dateofbirth'],
  breed: ['breed', 'primarybreed'],
  color: ['color', 'primarycolor'],
  pattern: ['pattern'],
};

/** Dogs by their internal id; of a dog that is listed twice the last line counts. */
export function readAnimals(lines: readonly { readonly [column: string]: string }[]): ReadonlyMap<string, Animal> {
  const animals = new Map<string, Animal>();
  for (const line of lines) {
    const id = valueOf(line, ['internalid']);
    if (id !== null) animals.set(id, animalOf(line));
  }
  return animals;
}

export function animalFor(animals: ReadonlyMap<string, Animal>, internalId: string): Animal {
  return animals.get(internalId) ?? nobody;
}

function animalOf(line: { readonly [column: string]: string }): Animal {
  const text = (key: keyof Animal): string | null => valueOf(line, endings[key]);
  const weight = Number(text('weight_pounds') ?? Number.NaN);
  return {
    name: text('name'),
    sex: text('sex'),
    weight_pounds: Number.isFinite(weight) ? weight : null,
    dob: text('dob'),
    breed: text('breed'),
    color: text('color'),
    pattern: text('pattern'),
  };
}

function valueOf(line: { readonly [column: string]: string }, wanted: readonly string[]): string | null {
  for (const ending of wanted) {
    for (const [column, value] of Object.entries(line)) {
      if (
        !column
          .toLowerCase()
          .replaceAll(/[^a-z]/g, '')
          .endsWith(ending)
      )
        continue;
      const text = String(value).trim();
      return text === '' || text === 'null' ? null : text;
    }
  }
  return null;
}
