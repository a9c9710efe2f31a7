// All that the console says, in both languages. {} is filled in.
import { fill } from "../shop/language.js";
export { language, number, speak } from "../shop/language.js";

const texts = {
  en: {
    skip: "Skip to the page", out: "Sign out", signin: "Sign in", key: "Key", enter: "Enter",
    kept: "The key stays in this tab only.", language: "Language", index: "Index", views: "Console",
    failed: "That did not work: {}", query: "Query", search: "Search", nothing: "Nothing found.",
    preview: "Preview", "preview.about": "One search two ways. Nothing here is counted or shown to shoppers.",
    "side.a": "Left", "side.b": "Right", policy: "Policy and model", snapshot: "Snapshot", now: "in force",
    diversity: "diversity", synonyms: "synonyms", semantic: "by meaning", correct: "corrections",
    found: "{} products", dropped: "some lack {}", onlyHere: "not on the right", new: "new", from: "from {}", to: "to {}",
    moved: "{} moved, {} new, {} gone", same: "Both sides show the same products in the same order.",
    judging: "Judging", "judging.about": "How well does each product answer the query? Keys 3, 2, 1, 0 grade, arrows move, u undoes.",
    judge: "Your name", nameFirst: "Enter your name first.", products: "Products", undo: "Undo", download: "Download all",
    "grade.3": "exact", "grade.2": "substitute", "grade.1": "complement", "grade.0": "irrelevant",
    graded: "Graded {}.", undone: "Undone.", nothingToUndo: "There is nothing to undo.",
    judgedInAll: "{} judgments in all.", judgedQueries: "Judged queries ({})",
    lacks: "lacks {}", foundBy: "found by {}", scoredBy: "{} by {}", allParts: "All {} parts, words",
  },
  zh: {
    skip: "跳到页面内容", out: "退出", signin: "登录", key: "密钥", enter: "进入",
    kept: "密钥只保存在此标签页中。", language: "语言", index: "索引", views: "控制台",
    failed: "操作未成功：{}", query: "查询", search: "搜索", nothing: "没有找到商品。",
    preview: "预览", "preview.about": "同一搜索的两种结果。此处不计入统计，顾客也看不到。",
    "side.a": "左侧", "side.b": "右侧", policy: "策略与模型", snapshot: "快照", now: "生效中",
    diversity: "多样性", synonyms: "同义词", semantic: "语义召回", correct: "纠错",
    found: "{} 件商品", dropped: "部分未含 {}", onlyHere: "右侧没有", new: "新增", from: "原第 {} 位", to: "移至第 {} 位",
    moved: "{} 件移动，{} 件新增，{} 件消失", same: "两侧商品与顺序完全相同。",
    judging: "评判", "judging.about": "每件商品与查询的符合程度如何？按 3、2、1、0 评分，方向键移动，u 撤销。",
    judge: "您的姓名", nameFirst: "请先输入姓名。", products: "商品", undo: "撤销", download: "下载全部",
    "grade.3": "完全符合", "grade.2": "可替代", "grade.1": "可搭配", "grade.0": "不相关",
    graded: "已评为 {}。", undone: "已撤销。", nothingToUndo: "没有可撤销的操作。",
    judgedInAll: "共 {} 条评判。", judgedQueries: "已评判的查询（{}）",
    lacks: "缺少 {}", foundBy: "召回渠道：{}", scoredBy: "{}，来自 {}", allParts: "全部 {} 项与匹配词",
  },
};

export const say = (name, ...values) => fill(texts, name, values);
