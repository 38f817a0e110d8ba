package signal_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/bianpai/bianpai/journal"
	"github.com/bianpai/bianpai/provider/signal"
)

// A condition that counts to two, and an instance that signals.
func Example() {
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	defer server.Close()
	inbox, err := signal.NewInbox(new(journal.Memory), &signal.Options{URL: server.URL + "/waitcondition", Key: []byte("a key that the host keeps")})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux.Handle("/waitcondition", inbox)

	address := inbox.Address("web") // what a template hands to the instance
	resp, err := http.Post(address, "application/json", strings.NewReader(`{"status": "SUCCESS", "data": "nginx is up"}`))
	if err != nil {
		fmt.Println(err)
		return
	}
	_ = resp.Body.Close()

	now, before, err := inbox.Received(context.Background(), "web")
	if err != nil {
		fmt.Println(err)
		return
	}
	_, words := now.Outcome(2)
	fmt.Println(words)
	fmt.Println(signal.Attributes(now, before)["Data"])
	// Output:
	// 1 of 2 signals received
	// {"1":"nginx is up"}
}
