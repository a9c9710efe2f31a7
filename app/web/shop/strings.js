// All that the shop says, in both languages. {} is filled in.
import { fill, language } from "./language.js";
export { language, number, speak } from "./language.js";

const texts = {
  en: {
    skip: "Skip to the products", search: "Search", box: "Search the shop", language: "Language",
    sort: "Sort", more: "Show more", docs: "API", why: "Say why each product stands where it does",
    filters: "Filters", filtersOpen: "Filters ({})", close: "Show {} products", clear: "Remove all filters",
    suggestions: "Suggestions", queries: "Searches", goesWith: "Goes with it", categories: "Categories", products: "Products",
    found: "{} products", foundFor: "{} products for “{}”", one: "1 product", oneFor: "1 product for “{}”",
    browse: "All products", resultsFor: "Results for “{}”",
    relevance: "Best match", "price:asc": "Price, low to high", "price:desc": "Price, high to low",
    "rating:desc": "Best rated", newest: "Newest",
    price: "Price", category: "Category", brand: "Brand", rating: "Rating",
    least: "Lowest price", most: "Highest price", stars: "{} of 5 stars", andUp: "{} stars and up",
    anyRating: "Any rating", showAll: "Show all {}", findIn: "Find in {}",
    remove: "Remove {}", selected: "Chosen filters",
    corrected: "Showing results for “{}”.", literally: "Search for “{}” instead",
    notApplied: "“{}” does not filter: {}",
    lack: "{} of {} have all of your words. The others lack {}.",
    lackAll: "Nothing has all of your words. These lack {}.",
    someLack: "Not all of these have every word.", byMeaning: "These are near in meaning.",
    popular: "Nothing matches. These are popular.",
    partly: "Not all words", byMeaningTag: "Near in meaning",
    narrow: "Narrow down", related: "Related searches", also: "You may also like", recent: "Recently viewed",
    variants: "{} variants", variantsTitle: "Variants", back: "Back to the results", nothing: "Nothing found for “{}”.",
    nothingHere: "Nothing found.", ways: "What you can do", dropFilter: "Search without {}",
    meant: "Did you mean", without: "Without the filters there is:", popularSearches: "Popular searches",
    shorter: "Check the spelling, or use fewer and more general words.",
    inStock: "In stock", soldOut: "Sold out", was: "was {}", gone: "This product is not there any more.",
    failed: "The shop does not answer: {}", again: "Try again", noPrice: "Price on request", details: "Details",
    together: "Bought together", buy: "Add to cart", bought: "In the cart – add another", cart: "Cart ({})",
    busy: "Searching…", yes: "yes", no: "no",
  },
  zh: {
    skip: "跳到商品", search: "搜索", box: "搜索商品", language: "语言",
    sort: "排序", more: "显示更多", docs: "API 文档", why: "说明每个商品的排序原因",
    filters: "筛选", filtersOpen: "筛选（{}）", close: "查看 {} 件商品", clear: "清除全部筛选",
    suggestions: "搜索建议", queries: "搜索", goesWith: "搭配", categories: "分类", products: "商品",
    found: "{} 件商品", foundFor: "{} 件商品与“{}”相关", one: "1 件商品", oneFor: "1 件商品与“{}”相关",
    browse: "全部商品", resultsFor: "“{}”的搜索结果",
    relevance: "综合", "price:asc": "价格从低到高", "price:desc": "价格从高到低",
    "rating:desc": "评分最高", newest: "最新上架",
    price: "价格", category: "分类", brand: "品牌", rating: "评分",
    least: "最低价", most: "最高价", stars: "{} 星（满分 5 星）", andUp: "{} 星及以上",
    anyRating: "不限评分", showAll: "显示全部 {} 项", findIn: "在“{}”中查找",
    remove: "移除 {}", selected: "已选筛选",
    corrected: "已显示“{}”的结果。", literally: "仍然搜索“{}”",
    notApplied: "“{}”未作为筛选：{}",
    lack: "{} 件（共 {} 件）包含全部词语，其余缺少{}。",
    lackAll: "没有商品包含全部词语，以下商品缺少{}。",
    someLack: "部分商品未包含全部词语。", byMeaning: "以下商品含义相近。",
    popular: "没有匹配的商品，以下为热门商品。",
    partly: "未含全部词语", byMeaningTag: "含义相近",
    narrow: "细化搜索", related: "相关搜索", also: "相似商品", recent: "最近浏览",
    variants: "{} 个款式", variantsTitle: "款式", back: "返回搜索结果", nothing: "没有找到“{}”。",
    nothingHere: "没有找到商品。", ways: "您可以", dropFilter: "去掉 {} 再搜索",
    meant: "您是不是要找", without: "不加筛选时有：", popularSearches: "热门搜索",
    shorter: "请检查拼写，或使用更少、更通用的词语。",
    inStock: "有货", soldOut: "售罄", was: "原价 {}", gone: "该商品已下架。",
    failed: "商店没有响应：{}", again: "重试", noPrice: "价格待询", details: "详情",
    together: "经常一起购买", buy: "加入购物车", bought: "已加入，再加一件", cart: "购物车（{}）",
    busy: "正在搜索…", yes: "是", no: "否",
  },
};

export const say = (name, ...values) => fill(texts, name, values);

const NAMED = ["price", "category", "brand", "rating"];

// An attribute may have the name of any text: "back", "box", "constructor".
export function label(field) {
  return NAMED.includes(field) ? say(field) : field.replace("attributes.", "").replaceAll("_", " ");
}

export function money(value, currency) {
  if (value === undefined || value === null) return say("noPrice");
  const style = currency ? { style: "currency", currency } : { minimumFractionDigits: 2, maximumFractionDigits: 2 };
  try { return new Intl.NumberFormat(language, style).format(value); } catch { return value + " " + currency; }
}
