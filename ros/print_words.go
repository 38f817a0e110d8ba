package ros

import (
	"fmt"
	"strings"

	"github.com/bianpai/bianpai/diag"
)

// planWords are the phrases of a printed plan in one language.
type planWords struct {
	title   string // operation, stack, region
	phases  map[Phase]string
	verbs   map[string]string
	counts  [8]string // in the order of Counts.text
	nothing string
	comma   string
	reasons map[ReasonCode]string
	perhaps string // the reason Replaced of what may be replaced
	notes   map[string]string

	late, absent    string // values
	replaces, maybe string // behind a diff
	possible        string
	undoes          string
	notesTitle      string
}

var wordsEnglish = planWords{
	title:  "Plan: %s stack %s (%s)",
	phases: map[Phase]string{ApplyPhase: "Apply", CleanupPhase: "Clean-up", RollbackPhase: "Rollback"},
	verbs: map[string]string{
		"CREATE": "create", "UPDATE": "update", "DELETE": "delete",
		"create": "create", "update": "update", "replace": "replace", "delete": "delete",
		"release": "release", "read": "read", "store": "store", "maybe": "update or replace", "forget": "forget", "recreate": "recreate", "restore": "restore",
	},
	counts:  [8]string{"%d to create", "%d to update", "of these %d perhaps to replace", "%d to replace", "%d to delete", "%d to release", "%d to read", "%d to store"},
	nothing: "nothing to do",
	comma:   ", ",
	reasons: map[ReasonCode]string{
		Added: "is new", Removed: "no longer in the template", PropertyChanged: "property %s differs", TypeChanged: "its type was %s",
		DependencyReplaced: "%s is replaced", FailedBefore: "an earlier operation left it unfinished", Replaced: "another instance takes its place",
		PolicyChanged: "%s differs", StackDeleted: "the stack is deleted", Undo: "undoes the change", Retained: "to be retained", Refreshed: "its answer may differ now",
	},
	late: "(known after %s)", absent: "(none)", replaces: "forces replacement", maybe: "may force replacement", possible: "if it differs",
	perhaps: "if another instance takes its place", undoes: "Rollback undoes the above in reverse order; steps: %d", notesTitle: "Notes", notes: noteTexts,
}

var wordsChinese = planWords{
	title:  "计划：%s资源栈 %s（%s）",
	phases: map[Phase]string{ApplyPhase: "执行", CleanupPhase: "清理", RollbackPhase: "回滚"},
	verbs: map[string]string{
		"CREATE": "创建", "UPDATE": "更新", "DELETE": "删除",
		"create": "创建", "update": "更新", "replace": "替换", "delete": "删除",
		"release": "释放", "read": "查询", "store": "记录", "maybe": "更新或替换", "forget": "移除记录", "recreate": "重建", "restore": "恢复",
	},
	counts:  [8]string{"创建 %d 个", "更新 %d 个", "其中 %d 个可能替换", "替换 %d 个", "删除 %d 个", "释放 %d 个", "查询 %d 个", "仅记录 %d 个"},
	nothing: "无需任何操作",
	comma:   "，",
	reasons: map[ReasonCode]string{
		Added: "新增", Removed: "模板中已不存在", PropertyChanged: "属性 %s 有变化", TypeChanged: "原类型为 %s",
		DependencyReplaced: "%s 将被替换", FailedBefore: "此前的操作未完成", Replaced: "由新实例取代",
		PolicyChanged: "%s 有变化", StackDeleted: "资源栈被删除", Undo: "撤销变更", Retained: "保留资源", Refreshed: "查询结果可能已变",
	},
	late: "（%s 完成后可知）", absent: "（无）", replaces: "导致替换", maybe: "可能导致替换", possible: "如有不同",
	perhaps: "如由新实例取代", undoes: "回滚：按相反顺序逐一撤销以上步骤，共 %d 步", notesTitle: "注意", notes: map[string]string{
		NotePrepaid:      "%s 为预付费资源：到期前可能无法删除",
		NoteRetainedUser: "%s 保留在云上，但其依赖的 %s 将被删除",
		NoteDeletedFirst: "%s 先删除再重建，其间不可用",
		NoteRenamed:      "删除的 %s 与新增的 %s 完全相同：逻辑 ID 不同即为不同资源",
	},
}

func wordsOf(lang diag.Lang) *planWords {
	if lang == diag.Chinese {
		return &wordsChinese
	}
	return &wordsEnglish
}

// text says what is counted, in words.
func (c Counts) text(w *planWords) string {
	var parts []string
	for i, n := range []int{c.Create, c.Update, c.PossibleReplace, c.Replace, c.Delete, c.Release, c.Read, c.Store} {
		if n > 0 {
			parts = append(parts, fmt.Sprintf(w.counts[i], n))
		}
	}
	if len(parts) == 0 {
		return w.nothing
	}
	return strings.Join(parts, w.comma)
}

// reason says why a step is there.
func (w *planWords) reason(r Reason) string {
	text := w.reasons[r.Code]
	if r.Code == Replaced && r.Detail != "" {
		text = w.perhaps
	}
	if text == "" {
		text = string(r.Code)
	}
	if strings.Contains(text, "%s") {
		return fmt.Sprintf(text, r.Detail)
	}
	return text
}

// note is a note in the language, or its own text where that has none.
func (w *planWords) note(n *Note) string {
	if text := w.notes[n.Code]; text != "" && strings.Count(text, "%s") == len(n.Subjects) {
		return fillNote(text, n.Subjects)
	}
	return n.Text
}
