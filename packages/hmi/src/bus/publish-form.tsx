import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { BusState } from "./bus-state.ts";
import { busWords as words } from "./bus-words.ts";
import { MessageForm } from "./message-form.tsx";
import type { Json, Schema } from "./schema-form.ts";

const RATES = [0, 1, 10, 50] as const;

/** A message published by hand, once or again and again, as long as the form is there. */
export function PublishForm({
  state,
  topic: given,
}: {
  readonly state: BusState;
  readonly topic: string;
}): JSX.Element {
  const [topic, setTopic] = useState(given);
  const [type, setType] = useState("");
  const [types, setTypes] = useState<readonly string[]>([]);
  const [schema, setSchema] = useState<Schema | undefined>(undefined);
  const [message, setMessage] = useState<Json>({});
  const [rate, setRate] = useState<number>(0);
  const [repeats, setRepeats] = useState(false);
  const [result, setResult] = useState<{ readonly text: string; readonly isError: boolean } | undefined>(undefined);
  useEffect(() => setTopic(given), [given]);
  useEffect(() => {
    let current = true;
    void state.link.ask({ do: "types", topic }).then(
      (answer) => {
        if (!current) return;
        setTypes(answer as readonly string[]);
        const spoken = state.graph.topics.find(({ name }) => name === topic)?.type;
        if (spoken !== undefined && spoken !== "") setType(spoken.split(", ")[0]!);
      },
      () => {},
    );
    return () => {
      current = false;
    };
  }, [topic, state]);
  useEffect(() => {
    let current = true;
    setSchema(undefined);
    setMessage({});
    if (type !== "")
      void state.link.ask({ do: "schema", topic, type }).then(
        (answer) => current && setSchema(answer as Schema),
        () => {}, // half a name, while it is typed
      );
    return () => {
      current = false;
    };
  }, [topic, type, state]);

  const publish = async (): Promise<void> => {
    try {
      const answer = (await state.link.ask({ do: "publish", topic, type, message })) as {
        readonly subscribers: number;
      };
      setResult({ text: `${words.publish.sent} ${answer.subscribers}`, isError: false });
    } catch (error) {
      setRepeats(false);
      setResult({ text: `${words.publish.refused}: ${(error as Error).message}`, isError: true });
    }
  };
  useEffect(() => {
    if (!repeats) return undefined;
    const timer = setInterval(() => void publish(), 1000 / rate);
    return () => clearInterval(timer);
  }, [repeats, rate, message, topic, type]);

  return (
    <form
      class="publish panel"
      data-testid="publish"
      onSubmit={(event) => {
        event.preventDefault();
        if (rate === 0 || repeats) setRepeats(false);
        else setRepeats(true);
        if (!repeats) void publish();
      }}
    >
      <h2>{words.publish.label}</h2>
      <label>
        {words.publish.topic}
        <input
          type="text"
          value={topic}
          required
          data-testid="publish-topic"
          onChange={({ currentTarget }) => setTopic(currentTarget.value)}
        />
      </label>
      <label>
        {words.publish.type}
        <input
          type="text"
          list="bus-types"
          value={type}
          required
          data-testid="publish-type"
          onChange={({ currentTarget }) => setType(currentTarget.value)}
        />
      </label>
      <datalist id="bus-types">
        {types.map((each) => (
          <option key={each} value={each} />
        ))}
      </datalist>
      {schema === undefined ? null : (
        <MessageForm schema={schema} message={message} change={setMessage} id="message" key={`${topic} ${type}`} />
      )}
      <div class="send">
        <select
          value={rate}
          aria-label={words.publish.perSecond}
          onChange={({ currentTarget }) => {
            setRepeats(false);
            setRate(Number(currentTarget.value));
          }}
        >
          {RATES.map((each) => (
            <option key={each} value={each}>
              {each === 0 ? words.publish.once : `${each} ${words.publish.perSecond}`}
            </option>
          ))}
        </select>
        <button type="submit" class="main" disabled={schema === undefined} data-testid="publish-send">
          {repeats ? words.publish.stop : words.publish.send}
        </button>
      </div>
      {result === undefined ? null : (
        <p class={result.isError ? "error" : "done"} role="status" data-testid="publish-result">
          {result.text}
        </p>
      )}
    </form>
  );
}
