// The entrance of the page's own JavaScript: one function that draws a component, found by the component's name.

import { conversation, live } from "../tabs/chat/conversation.js";
import { threads } from "../tabs/chat/conversations.js";
import { guideTab } from "../tabs/guide/guide.js";
import { keepFocus } from "./focus.js";
import { dock, header } from "./header.js";
import { startKeys } from "./keys.js";
import { lab, returnToLab } from "../tabs/lab/lab.js";
import { library } from "../tabs/library/library.js";
import { progress } from "../tabs/progress/progress.js";
import { quizTab, returnToQuiz } from "../tabs/quiz/quiz.js";
import { review } from "../tabs/review/review.js";
import { scope } from "../tabs/chat/scope.js";
import { sources } from "../tabs/chat/sources.js";
import { status } from "./status.js";
import { rememberTab } from "./tabs.js";

const VIEWS = { conversation, dock, guide: guideTab, header, lab, library, live, progress, quiz: quizTab, review, scope, sources, status, threads };

/** Draws the view `name` into a Gradio component, now and whenever the component's value changes. */
export function mount(name, gradio) {
  const root = gradio.element.querySelector(".view");
  const draw = VIEWS[name](root, gradio);
  if (draw) {
    draw(gradio.props.value ?? {});
    gradio.watch("value", () => draw(gradio.props.value ?? {}));
  }
}

keepFocus();
startKeys();
rememberTab();
returnToQuiz();
returnToLab();
