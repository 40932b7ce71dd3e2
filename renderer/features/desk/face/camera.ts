import { useEffect, useState } from 'react';
import type { ErrorCode } from '../../../../app/errors.ts';
import { afterPaint, painted } from '../../../after-paint.ts';
import { cameraError } from '../photo.ts';

export type Camera =
  | { readonly kind: 'starting' }
  | { readonly kind: 'open'; readonly stream: MediaStream }
  | { readonly kind: 'failed'; readonly code: ErrorCode };

export interface CameraChoice {
  readonly camera: Camera;
  /** All that are plugged in; their names are known once one of them is open. */
  readonly cameras: readonly MediaDeviceInfo[];
  /** The one in use. */
  readonly chosen: string;
  readonly choose: (deviceId: string) => void;
}

// Kept as long as the window: the next resident sits before the same camera.
let remembered = '';

/** The camera runs only while `on`; unplugged in between it is said at once. A new `attempt` opens it again. */
export function useCamera(on: boolean, attempt: number): CameraChoice {
  const [camera, setCamera] = useState<Camera>({ kind: 'starting' });
  const [cameras, setCameras] = useState<readonly MediaDeviceInfo[]>([]);
  const [chosen, setChosen] = useState(remembered);
  useEffect(() => {
    if (!on) return;
    let stream: MediaStream | null = null;
    let gone = false;
    const tell = (next: Camera) => {
      if (!gone) setCamera(next);
    };
    const list = async () => {
      const devices = await navigator.mediaDevices.enumerateDevices();
      if (!gone) setCameras(devices.filter((device) => device.kind === 'videoinput'));
    };
    const open = async () => {
      try {
        // Not `exact`: when the remembered one is gone, another one is better than none.
        const opened = await navigator.mediaDevices.getUserMedia({
          audio: false,
          video: {
            // A size that cameras have: another is cut from their largest, picture by picture, by the processor of a weak PC.
            ...{ width: { ideal: 1280 }, height: { ideal: 720 }, deviceId: { ideal: chosen } },
            // Enough to sit still by; each further picture is drawn by that processor, too.
            frameRate: { max: 15 },
          },
        });
        if (gone) return opened.getTracks().forEach((track) => track.stop());
        stream = opened;
        for (const track of opened.getVideoTracks()) {
          track.addEventListener('ended', () => tell({ kind: 'failed', code: 'camera.missing' }));
        }
        tell({ kind: 'open', stream: opened });
      } catch (error) {
        tell({ kind: 'failed', code: cameraError(error) });
      }
      await list().catch(() => undefined);
    };
    const onChange = () => void list().catch(() => undefined);
    navigator.mediaDevices.addEventListener('devicechange', onChange);
    const cancel = afterPaint(() => void open());
    return () => {
      gone = true;
      cancel();
      navigator.mediaDevices.removeEventListener('devicechange', onChange);
      // Closing a device costs as much as opening it.
      const opened = stream;
      void painted().then(() => opened?.getTracks().forEach((track) => track.stop()));
      setCamera({ kind: 'starting' });
    };
  }, [on, attempt, chosen]);
  const inUse =
    camera.kind === 'open' ? camera.stream.getVideoTracks()[0]?.getSettings().deviceId : undefined;
  return {
    camera,
    cameras,
    chosen: inUse ?? chosen,
    choose: (deviceId) => {
      remembered = deviceId;
      setChosen(deviceId);
    },
  };
}
