package main

// faulty lists the public templates that do not pass, with the step that stops
// them and what is wrong with the template itself.
var faulty = map[string][2]string{
	"ros/compute-nest-best-practice/best_practice_parameters.yml":                    {"validate", "a snippet: attributes of a parameter stand where parameters do"},
	"ros/compute-nest-best-practice/ecs-sqlserver/template.yml":                      {"validate", "sets VPCId of a database instance, which has VpcId"},
	"ros/compute-nest-best-practice/ehpc-demo/template.yaml":                         {"create", "names an access group in a way that the file system does not take"},
	"ros/compute-nest-best-practice/ehpc-demo/template.yml":                          {"create", "names an access group in a way that the file system does not take"},
	"ros/compute-nest-best-practice/opensource/wordpress/wordpress-single.yml":       {"validate", "sets VPCId of a database instance, which has VpcId"},
	"ros/examples/elastic/wordpress-instance.yml":                                    {"validate", "sets VPCId of a database instance, which has VpcId"},
	"ros/integrate/ecs/copy-images.yml":                                              {"create", "does not say what the members of its Json parameter Destinations have: no value can be made up"},
	"ros/resources/cs/cluster-node-pool-case1.yml":                                   {"create", "its default names a VSwitch in asterisks"},
	"ros/resources/dts/consumer-group.yml":                                           {"validate", "its outputs refer to a resource that it does not have"},
	"ros/resources/ecs/route-case1.yml":                                              {"validate", "has letters in an address block, put there for the reader to replace"},
	"ros/resources/resourcemaneger/resource-group.yml":                               {"validate", "reads CreateDate, an attribute that a resource group does not have"},
	"ros/solutions/enterprise-on-cloud/games-or-retail-single-db-single-service.yml": {"validate", "writes functionName and functionArgs, which begin with capitals"},
}
