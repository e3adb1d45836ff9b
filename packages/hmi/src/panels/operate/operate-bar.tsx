import { useComputed, useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { App } from "../../app.ts";
import { DrivingAction, Playing, QuickAction, Recording } from "../../protocol/bridge.ts";
import { words } from "../../text/words.ts";
import { Icon, type IconName } from "../icon.tsx";
import { guideText, legal } from "./guide.ts";

const { operate } = words;

/** Quick record, quick play, what to do next, and the car in one hand: engage, disengage, stop. */
export function OperateBar({ app }: { readonly app: App }): JSX.Element {
  const operation = app.state.operation.value;
  const estop = operation?.driving?.estop === true;
  return (
    <section
      class={`operate ${estop ? "stopped" : ""} ${operation === undefined ? "idle" : ""}`}
      aria-label={operate.label}
    >
      {operation?.quick === undefined ? null : <Quick app={app} />}
      <Guide app={app} />
      <DrivingButtons app={app} />
    </section>
  );
}

interface ActionProps {
  readonly app: App;
  readonly id: string;
  readonly icon: IconName;
  readonly label: string;
  readonly hint: string;
  readonly able: boolean;
  readonly onClick: () => void;
  readonly kind?: string;
}

function Action({ app, id, icon, label, hint, able, onClick, kind = "" }: ActionProps): JSX.Element {
  const busy = useComputed(() => app.state.requests.pending.value.has(id));
  const allowed = app.state.isOperator;
  return (
    <button
      type="button"
      class={`action ${kind} ${busy.value ? "busy" : ""}`}
      disabled={!able || !allowed}
      aria-busy={busy.value}
      title={allowed ? hint : operate.viewerOnly}
      onClick={onClick}
      data-testid={id}
    >
      <Icon name={busy.value ? "clock" : icon} />
      <span>{label}</span>
    </button>
  );
}

function Quick({ app }: { readonly app: App }): JSX.Element {
  const quick = app.state.operation.value!.quick!;
  const open = app.state.connection.value.kind === "open";
  const may = legal(quick);
  const recording = quick.recording === Recording.recording;
  const step = (name: string, action: (typeof QuickAction)[keyof typeof QuickAction]) => () => app.quick(name, action);
  return (
    <>
      <div class="quick" role="group" aria-label={operate.record}>
        <h2>{operate.record}</h2>
        <Action
          app={app}
          id="record-new"
          icon="reset"
          label={operate.new}
          hint={operate.newHint}
          able={open && may.newRecording}
          onClick={step("record-new", QuickAction.newRecording)}
        />
        <Action
          app={app}
          id="record-setup"
          icon={quick.recording === Recording.checking ? "clock" : "check"}
          label={operate.setup}
          hint={operate.setupHint}
          able={open && may.setupRecording}
          onClick={step("record-setup", QuickAction.setupRecording)}
        />
        <Action
          app={app}
          id="record"
          icon={recording ? "stop" : "record"}
          label={recording ? operate.stop : operate.start}
          hint={`${operate.record}: ${recording ? operate.stop : operate.start}`}
          able={open && (may.startRecording || may.stopRecording)}
          kind={recording ? "running" : ""}
          onClick={step("record", recording ? QuickAction.stopRecording : QuickAction.startRecording)}
        />
      </div>
      <div class="quick" role="group" aria-label={operate.play}>
        <h2>{operate.play}</h2>
        <Action
          app={app}
          id="play-setup"
          icon={quick.playing === Playing.checking ? "clock" : "check"}
          label={operate.setup}
          hint={operate.setupHint}
          able={open && may.setupPlaying}
          onClick={step("play-setup", QuickAction.setupPlaying)}
        />
        <Action
          app={app}
          id="play-start"
          icon="play"
          label={operate.start}
          hint={`${operate.play}: ${operate.start}`}
          able={open && may.startPlaying}
          onClick={step("play-start", QuickAction.startPlaying)}
        />
        <Action
          app={app}
          id="play-stop"
          icon="stop"
          label={operate.stop}
          hint={`${operate.play}: ${operate.stop}`}
          able={open && may.stopPlaying}
          onClick={step("play-stop", QuickAction.stopPlaying)}
        />
      </div>
    </>
  );
}

function Guide({ app }: { readonly app: App }): JSX.Element {
  const operation = app.state.operation.value;
  const nowS = useSignal(Date.now() / 1000);
  const counting = (operation?.quick?.begun_s ?? 0) > 0;
  useEffect(() => {
    if (!counting) return undefined;
    const timer = setInterval(() => (nowS.value = Date.now() / 1000), 1000);
    return () => clearInterval(timer);
  }, [counting, nowS]);
  const driving = operation?.driving;
  let text: string = app.state.isReplay.value
    ? operate.replay
    : app.state.hello.value === undefined
      ? ""
      : operate.none;
  if (driving?.estop === true) text = `${operate.stopped}: ${driving.estop_reason}`;
  else if (driving !== undefined && driving.changing !== DrivingAction.none && driving.tries > 0)
    text = `${driving.changing === DrivingAction.engage ? operate.engage : operate.disengage}: ${operate.try} ${driving.tries} ${operate.of} 5`;
  else if (operation?.quick !== undefined) text = guideText(operation.quick, nowS.value);
  return (
    <p class="guide" role="status" data-testid="guide" title={text}>
      {text}
    </p>
  );
}

function DrivingButtons({ app }: { readonly app: App }): JSX.Element {
  const driving = app.state.operation.value?.driving;
  const open = app.state.connection.value.kind === "open";
  const car = driving !== undefined && driving.mode !== "";
  const estop = driving?.estop === true;
  const auto = driving?.mode === "COMPLETE_AUTO_DRIVE";
  const changing = (driving?.changing ?? 0) !== DrivingAction.none;
  return (
    <div class="driving" role="group" aria-label={words.cockpit.mode}>
      {driving?.by_hands === true ? (
        <Action
          app={app}
          id="hand-brake"
          icon="hand"
          label={operate.brakeNow}
          hint={operate.brakeHint}
          able={open && car}
          onClick={() => app.useHands({ throttle_percent: 0, brake_percent: 30, steering_percent: undefined })}
        />
      ) : null}
      <Action
        app={app}
        id="engage"
        icon="wheel"
        label={operate.engage}
        hint={car ? operate.engageHint : operate.noCar}
        able={open && car && !auto && !estop && !changing}
        kind="engage"
        onClick={() => app.engage()}
      />
      <Action
        app={app}
        id="disengage"
        icon="hand"
        label={operate.disengage}
        hint={car ? operate.disengageHint : operate.noCar}
        able={open && car && auto && !changing}
        onClick={() => app.disengage()}
      />
      <Action
        app={app}
        id="reset-stop"
        icon="reset"
        label={operate.reset}
        hint={operate.resetHint}
        able={open && estop && !changing}
        kind={estop ? "wanted" : ""}
        onClick={() => app.resetStop()}
      />
      <EstopButton app={app} able={open && driving !== undefined} latched={estop} />
    </div>
  );
}

/** Never greyed out by what is under way: where a car can be, it can be stopped. */
function EstopButton({
  app,
  able,
  latched,
}: {
  readonly app: App;
  readonly able: boolean;
  readonly latched: boolean;
}): JSX.Element {
  const allowed = app.state.isOperator;
  return (
    <button
      type="button"
      class={`estop ${latched ? "latched" : ""}`}
      disabled={!able || !allowed}
      aria-pressed={latched}
      title={allowed ? operate.estopHint : operate.viewerOnly}
      onClick={() => app.estop()}
      data-testid="estop"
    >
      <Icon name="octagon" />
      <span>{latched ? operate.stopped : operate.estop}</span>
      <kbd>{operate.estopKey}</kbd>
    </button>
  );
}
