const name = 'reelay:key';

/** The key for a server that requires one. It is kept in this tab, or on this device if the user chooses so. */
export interface AccessKey {
  /** Null without one. */
  readonly value: string | null;
  keep(key: string, onThisDevice: boolean): void;
  forget(): void;
}

/** Opens the key that an earlier visit kept. */
export function openAccessKey(): AccessKey {
  return {
    get value() {
      return sessionStorage.getItem(name) ?? localStorage.getItem(name);
    },
    keep: (key, onThisDevice) => {
      const [kept, other] = onThisDevice ? [localStorage, sessionStorage] : [sessionStorage, localStorage];
      other.removeItem(name);
      kept.setItem(name, key);
    },
    forget: () => {
      sessionStorage.removeItem(name);
      localStorage.removeItem(name);
    },
  };
}
