package gateway

import (
	"encoding/json"
	"strings"

	"github.com/bianpai/bianpai/provider"
)

// endpoints serves the location service, which older clients ask for the hosts
// of the others. It reports false for all other calls.
func (x *exchange) endpoints(call *provider.Call) (json.RawMessage, bool) {
	if !strings.HasPrefix(call.Service, "LOCATION") || call.API != "DescribeEndpoints" {
		return nil, false
	}
	var args struct{ Id, ServiceCode, Type string }
	var found []any
	if err := json.Unmarshal(call.Parameters, &args); err == nil && args.Id != "" && args.ServiceCode != "" {
		found = append(found, map[string]any{
			"Endpoint": strings.ToLower(args.ServiceCode) + "." + args.Id + ".aliyuncs.com", "Id": args.Id, "Namespace": "", "Type": args.Type,
			"SerivceCode": args.ServiceCode, // the service spells it so
			"Protocols":   map[string]any{"Protocols": []any{"HTTP", "HTTPS"}},
		})
	}
	return encode(map[string]any{"RequestId": x.entry.RequestID, "Success": true, "Endpoints": map[string]any{"Endpoint": append([]any{}, found...)}}), true
}
