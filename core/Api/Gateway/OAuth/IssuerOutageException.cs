using Cloud.Store.Ports;

namespace Cloud.Api.Gateway.OAuth;

/// <summary>Nobody can tell now what any token is worth: it is not about the one that was asked about.</summary>
sealed class IssuerOutageException(string message, Exception? cause = null) : StoreException(message, cause);
