import type { Actor, Move, StateTable } from '../shared/state-machine.ts';

const BY: readonly Actor[] = ['customer', 'operator'];

function move<S extends string, T extends string>(row: string, from: S, on: T, to: S): Move<S, T> {
  return { row, from, on, to, by: BY };
}

export type ComputeState = 'inactive' | 'active' | 'suspended' | 'error';
export type ComputeAction = 'start' | 'stop' | 'restart' | 'suspend' | 'save';

/**
 * GFD.224 figure 2. Beyond it: `start` brings back an instance in error (its process died), and `stop` and
 * `restart` are tried on one as well. Where the vendor cannot do it, any of them may end in error.
 */
export const computeStates: StateTable<ComputeState, ComputeAction> = {
  name: 'compute',
  states: ['inactive', 'active', 'suspended', 'error'],
  terminal: [],
  moves: [
    move('start', 'inactive', 'start', 'active'),
    move('resume', 'suspended', 'start', 'active'),
    move('recover', 'error', 'start', 'active'),
    move('stop', 'active', 'stop', 'inactive'),
    move('stop-suspended', 'suspended', 'stop', 'inactive'),
    move('stop-error', 'error', 'stop', 'inactive'),
    move('restart', 'active', 'restart', 'active'),
    move('restart-error', 'error', 'restart', 'active'),
    move('suspend', 'active', 'suspend', 'suspended'),
    move('save', 'active', 'save', 'active'),
    move('save-inactive', 'inactive', 'save', 'inactive'),
    move('save-suspended', 'suspended', 'save', 'suspended'),
  ],
};

export type NetworkState = 'inactive' | 'active' | 'error';
export type NetworkAction = 'up' | 'down';

/** GFD.224 figure 3. */
export const networkStates: StateTable<NetworkState, NetworkAction> = {
  name: 'network',
  states: ['inactive', 'active', 'error'],
  terminal: [],
  moves: [
    move('up', 'inactive', 'up', 'active'),
    move('recover', 'error', 'up', 'active'),
    move('down', 'active', 'down', 'inactive'),
    move('down-error', 'error', 'down', 'inactive'),
  ],
};

export type StorageState = 'offline' | 'online' | 'error';
export type StorageAction = 'online' | 'offline' | 'backup' | 'snapshot' | 'resize';

/** GFD.224 figure 4, with the actions of GFD.184 that leave the state as it is. */
export const storageStates: StateTable<StorageState, StorageAction> = {
  name: 'storage',
  states: ['offline', 'online', 'error'],
  terminal: [],
  moves: [
    move('online', 'offline', 'online', 'online'),
    move('recover', 'error', 'online', 'online'),
    move('offline', 'online', 'offline', 'offline'),
    move('offline-error', 'error', 'offline', 'offline'),
    move('backup', 'online', 'backup', 'online'),
    move('snapshot', 'online', 'snapshot', 'online'),
    move('resize', 'online', 'resize', 'online'),
    move('resize-offline', 'offline', 'resize', 'offline'),
  ],
};
