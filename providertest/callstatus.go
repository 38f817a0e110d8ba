package providertest

// statusWords are the words with which services say that a thing is as it
// should be, by service and member, or by member alone.
var statusWords = map[string]string{
	"ADB DBClusterStatus":               "Running",
	"BSSOPENAPI PaymentStatus":          "Paid",
	"CLOUDAPI Status":                   "NORMAL",
	"COMPUTENEST Status":                "Deployed",
	"COMPUTENESTSUPPLIER Status":        "Deployed",
	"CR InstanceStatus":                 "RUNNING",
	"CS state":                          "running",
	"DDS DBInstanceStatus":              "Running",
	"DEVOPS-INNER status":               "Success",
	"ECD DesktopStatus":                 "Running",
	"ECD Status":                        "ACCOMPLISHED",
	"ECD CloudAssistantStatus":          "true",
	"ECI Status":                        "Running",
	"EHPC ClusterStatus":                "running",
	"ENS Status":                        "Running",
	"ESS HealthStatus":                  "Healthy",
	"ESS LifecycleState":                "InService",
	"ESS ScalingActivityLifecycleState": "Completed",
	"ESS StatusCode":                    "Successful",
	"HBR Status":                        "COMPLETE",
	"KMS KeyState":                      "Enabled",
	"MSE InitStatus":                    "NORMAL",
	"ALB Status":                        "Succeeded",
	"NLB Status":                        "Succeeded",
	"NAS Status":                        "Running",
	"OOS Status":                        "Success",
	"POLARDB DBClusterStatus":           "Running",
	"R-KVSTORE BackupProgressStatus":    "Finished",
	"R-KVSTORE BackupStatus":            "Success",
	"R-KVSTORE InstanceStatus":          "Normal",
	"RDC-INNER status":                  "Success",
	"RDS BackupStatus":                  "Success",
	"RDS DBInstanceStatus":              "Running",
	"RDS DBStatus":                      "Running",
	"ROS Status":                        "CREATE_COMPLETE",
	"SAE Status":                        "2",
	"SAS ClientStatus":                  "online",
	"SLB LoadBalancerStatus":            "active",
	"SWAS-OPEN Status":                  "Running",
	"WAF-OPENAPI Status":                "1",
	"ECS Status":                        "Available",
	"InvocationStatus":                  "Success",
	"InvokeStatus":                      "Finished",
	"InvokeRecordStatus":                "Finished",
	"InstanceStatus":                    "Running",
	"TaskStatus":                        "Finished",
	"JobStatus":                         "Finished",
	"OrderStatus":                       "Normal",
	"LifecycleState":                    "Active",
	"CloudAssistantStatus":              "true",
}

func statusWord(service, name string) string {
	if w, ok := statusWords[service+" "+name]; ok {
		return w
	}
	if w, ok := statusWords[name]; ok {
		return w
	}
	return "Available"
}
