import { contextBridge, ipcRenderer, type IpcRendererEvent } from 'electron';
import type { Bridge } from '../app/ipc/bridge.ts';
import { CHANNELS, EVENT_NAMES } from '../app/ipc/channels.ts';

/**
 * The window's powers, all of them: one function a channel of the contract and one way to listen to the named events.
 * No channel name comes from the page, so the page can reach nothing else.
 */
const groups: Record<string, Record<string, (request: unknown) => Promise<unknown>>> = {};
for (const channel of CHANNELS) {
  const [group = '', name = ''] = channel.split('.');
  const functions = (groups[group] ??= {});
  functions[name] = (request) => ipcRenderer.invoke(channel, request);
}

const events: Bridge['events'] = {
  on(event, listener) {
    if (!EVENT_NAMES.includes(event)) throw new TypeError('unknown event');
    const forward = (_event: IpcRendererEvent, payload: Parameters<typeof listener>[0]): void =>
      listener(payload);
    ipcRenderer.on(event, forward);
    return () => ipcRenderer.removeListener(event, forward);
  },
};

contextBridge.exposeInMainWorld('rekam', { ...groups, events });
