package doc

import "bytes"

// container reads an object or array.
func (r *jsonReader) container(opening byte) {
	start, mark := r.pos, len(r.stack)
	if r.tooDeep(uint32(start)) {
		return
	}
	closing := opening + 2 // the brackets are two apart in ASCII
	r.open = append(r.open, closing)
	r.pos++
	comma := -1 // where the last comma stands, if nothing follows it yet
	count := 0
	for !r.stopped() {
		r.space()
		c := r.peek()
		if c == closing {
			if comma >= 0 && !r.stopped() {
				r.fault("json-trailing-comma", comma, comma+1, string(closing))
			}
			r.pos++
			break
		}
		if c == 0 || (c == '}' || c == ']') && !r.stray(c) {
			if !r.stopped() {
				r.fault("json-unclosed", start, start+1, string(opening), string(closing))
			}
			break
		}
		if r.passStray(c) {
			continue
		}
		if c == ',' {
			r.fault("json-extra-comma", r.pos, r.pos+1)
			r.pos++
			continue
		}
		if comma < 0 && count > 0 {
			at := int(r.stack[len(r.stack)-1].end)
			r.fault("json-missing-comma", at, at+1)
		}
		r.entry(opening == '{', count)
		count++
		comma = r.comma()
	}
	r.open = r.open[:len(r.open)-1]
	if opening == '{' {
		r.closeMap(mark, 0, uint32(start), uint32(r.pos))
	} else {
		r.closeList(mark, uint32(start), uint32(r.pos))
	}
}

// stray reports whether a closing bracket closes nothing that is open further
// out, so that it is best passed over.
func (r *jsonReader) stray(c byte) bool {
	return bytes.IndexByte(r.open, c) < 0
}

// passStray reports and skips a closing bracket.
func (r *jsonReader) passStray(c byte) bool {
	if c != '}' && c != ']' {
		return false
	}
	r.fault("json-stray-bracket", r.pos, r.pos+1, string(c))
	r.pos++
	return true
}

// comma consumes a comma and returns where it stands, -1 if there is none.
func (r *jsonReader) comma() int {
	for r.space(); r.stray(r.peek()); r.space() {
		if !r.passStray(r.peek()) {
			break
		}
	}
	if r.peek() != ',' {
		return -1
	}
	r.pos++
	return r.pos - 1
}

// entry reads a member of an object or an element of an array.
func (r *jsonReader) entry(object bool, index int) {
	if !object {
		r.enter("", index)
		was := len(r.stack)
		r.value()
		r.fill(was)
		r.leave()
		return
	}
	k := r.key()
	text := k.text
	if k.flags&keySide == 0 {
		text = r.text[k.start+1 : k.end-1]
	}
	r.enter(text, -1)
	was := len(r.stack)
	r.space()
	if r.peek() == ':' {
		r.pos++
	} else if !r.stopped() {
		r.fault("json-missing-colon", int(k.start), int(k.end), text)
	}
	r.value()
	r.fill(was)
	r.setKey(k)
	r.leave()
}

// fill pushes a null if the value's own reading was given up.
func (r *jsonReader) fill(was int) {
	if len(r.stack) == was {
		at := uint32(r.pos)
		r.push(node{start: at, end: at, a: at, b: at})
	}
}

// key reads the key of a member.
func (r *jsonReader) key() key {
	start := r.pos
	c := r.peek()
	if c == '"' || c == '\'' {
		text, flg := r.str()
		return key{start: uint32(start), end: uint32(r.pos), flags: flg, kind: String, text: text}
	}
	if r.pos = r.wordEnd(); r.pos > start {
		r.loose++
		r.fault("json-unquoted-key", start, r.pos, r.text[start:r.pos])
	} else {
		if c != ':' { // of ": value" only the key is missing
			r.pos++
		}
		r.fault("json-missing-key", start, start+1)
	}
	return key{start: uint32(start), end: uint32(r.pos), flags: keySide, kind: String, text: r.text[start:r.pos]}
}
