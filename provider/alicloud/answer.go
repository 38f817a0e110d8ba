package alicloud

import "github.com/bianpai/bianpai/provider"

// AnswerError says what an answer refuses: nil for a success. It is the one
// place where the services' codes become kinds.
func AnswerError(req *Request, resp *Response) *provider.Error {
	return nil
}
