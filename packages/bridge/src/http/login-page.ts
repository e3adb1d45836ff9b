/** The login page: no script, so that it works everywhere and there is nothing to inject. */
export const LOGIN_POLICY = [
  "default-src 'none'",
  "style-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

interface LoginWords {
  readonly title: string;
  readonly about: string;
  readonly label: string;
  readonly submit: string;
  readonly back: string;
}

const WORDS: Readonly<Record<"en" | "zh-CN", LoginWords>> = {
  en: {
    title: "Log in",
    about:
      "Enter the token that the server printed when it started. The operator's token lets you drive; the viewer's lets you look.",
    label: "Token",
    submit: "Log in",
    back: "Back to the page",
  },
  "zh-CN": {
    title: "登录",
    about: "请输入服务器启动时显示的令牌。操作员令牌可以控制车辆，观察者令牌只能查看。",
    label: "令牌",
    submit: "登录",
    back: "返回页面",
  },
};

const REASONS: Readonly<Record<string, Readonly<Record<"en" | "zh-CN", string>>>> = {
  BRIDGE_TOKEN_WRONG: { en: "That token is not known here.", "zh-CN": "令牌不正确。" },
  BRIDGE_TOO_MANY_ATTEMPTS: {
    en: "Too many wrong tokens. Wait a moment, then try again.",
    "zh-CN": "错误次数过多，请稍后再试。",
  },
};

/** `code`: of the refusal of the last attempt. */
export function loginPage(acceptLanguage: string | undefined, code?: string): string {
  const language = /^\s*zh\b/i.test(acceptLanguage ?? "") ? "zh-CN" : "en";
  const words = WORDS[language];
  const reason = code === undefined ? undefined : REASONS[code]?.[language];
  return `<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light">
<title>${words.title} – Delos</title>
<link rel="stylesheet" href="login.css">
</head>
<body>
<main>
<form method="post" action="login">
<h1>Delos</h1>
<p>${words.about}</p>
<label for="token">${words.label}</label>
<input id="token" name="token" type="password" autocomplete="current-password" required autofocus data-testid="token"${reason === undefined ? "" : ' aria-invalid="true" aria-describedby="reason"'}>
<p id="reason" class="reason" role="alert" data-testid="login-error">${reason ?? ""}</p>
<button type="submit" data-testid="login">${words.submit}</button>
<a href="./">${words.back}</a>
</form>
</main>
</body>
</html>
`;
}

export const LOGIN_STYLE = `:root { color-scheme: dark; --back: #0a0e13; --panel: #10161d; --raised: #19212a; --text: #e8eef3; --soft: #a4b2bf;
  --blue: #56b4e9; --on-blue: #06131d; --red: #ff7a6b; --edge: rgb(255 255 255 / 10%); }
@media (prefers-color-scheme: light) {
  :root { color-scheme: light; --back: #e6ebef; --panel: #fbfcfd; --raised: #eef2f5; --text: #16222d; --soft: #465a6b;
    --blue: #0b6fae; --on-blue: #fff; --red: #b3261e; --edge: rgb(20 40 60 / 14%); }
}
* { box-sizing: border-box; margin: 0; }
body { min-height: 100dvh; display: grid; place-items: center; padding: 16px; background: var(--back); color: var(--text);
  font: 16px / 1.5 Inter, "SF Pro Text", "Segoe UI", Roboto, "Noto Sans", "Helvetica Neue", Arial, "Noto Sans CJK SC", sans-serif; }
form { width: min(400px, calc(100vw - 32px)); padding: 28px; border-radius: 14px; background: var(--panel);
  box-shadow: inset 0 0 0 1px var(--edge); display: grid; gap: 12px; }
h1 { font-size: 22px; }
p, a { color: var(--soft); font-size: 14px; }
label { font-weight: 600; font-size: 14px; }
input, button { font: inherit; height: 48px; border-radius: 9px; border: 0; padding: 0 14px; }
input { background: var(--raised); color: var(--text); box-shadow: inset 0 0 0 1px var(--edge); }
button { background: var(--blue); color: var(--on-blue); font-weight: 700; cursor: pointer; }
:focus-visible { outline: 3px solid var(--blue); outline-offset: 2px; }
.reason { color: var(--red); min-height: 21px; font-weight: 600; }
a { justify-self: center; }
`;
