package sim

import "net/http"

// The two collections.
const (
	methodsPath   = "users/{u}/authentication/hardwareoathmethods"
	inventoryPath = "directory/authenticationmethoddevices/hardwareoathdevices"
)

// graphRoutes is the API that is simulated (Graph beta reference, "hardware OATH methods").
func graphRoutes() []graphRoute {
	get, post, put, patch, remove := http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete
	read, write := needMethodsRead, needMethodsWrite
	return []graphRoute{
		{get, methodsPath, read, (*Cloud).listMethods},
		{post, methodsPath, write, (*Cloud).assign},
		{post, methodsPath + "/assignandactivate", write, (*Cloud).assignAndActivate},
		{post, methodsPath + "/assignandactivatebyserialnumber", write, (*Cloud).assignAndActivateBySerialNumber},
		{get, methodsPath + "/{id}", read, (*Cloud).getMethod},
		{remove, methodsPath + "/{id}", write, (*Cloud).unassign},
		{post, methodsPath + "/{id}/activate", write, (*Cloud).activate},
		{post, methodsPath + "/{id}/deactivate", write, (*Cloud).deactivate},
		{get, methodsPath + "/{id}/device", read, (*Cloud).getMethodDevice},
		{put, methodsPath + "/{id}/device/assignto/$ref", write, (*Cloud).assignReferenced},
		{get, "users/{u}/authentication/methods", read, (*Cloud).listAllMethods},

		{get, inventoryPath, needInventoryRead, (*Cloud).listDevices},
		{post, inventoryPath, needInventoryWrite, (*Cloud).createDevice},
		{patch, inventoryPath, needInventoryWrite, (*Cloud).createDevices},
		{get, inventoryPath + "/{id}", needInventoryRead, (*Cloud).getDevice},
		{patch, inventoryPath + "/{id}", needInventoryWrite, (*Cloud).updateDevice},
		{remove, inventoryPath + "/{id}", needInventoryWrite, (*Cloud).deleteDevice},
		{put, inventoryPath + "/{id}/assignto/$ref", needInventoryWrite, (*Cloud).assignReferenced},

		{get, "users", needUsers, (*Cloud).listUsers},
		{get, "users/{u}", needMe, (*Cloud).getUser},
		{get, "policies/authenticationmethodspolicy/authenticationmethodconfigurations/hardwareoath", needPolicyRead, (*Cloud).getPolicy},
	}
}
