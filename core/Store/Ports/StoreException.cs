namespace Cloud.Store.Ports;

/// <summary>The store did not do what it was asked: a fault of ours, not of a peer. Trying again later may help.</summary>
public class StoreException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>What was stored makes no sense to this program: no later try helps, but what lies beside it is as it was.</summary>
public sealed class DamagedException(string message) : StoreException(message);

/// <summary>No room left (disk, account limit of the service).</summary>
public sealed class StoreFullException(string message, Exception? cause = null) : StoreException(message, cause);
