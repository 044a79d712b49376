using Cloud.Store.Ports;

namespace Cloud.Store.Local;

/// <summary>Another process holds the data directory; its lock ends with that process, however it ends.</summary>
public sealed class StoreInUseException(string message, Exception? cause = null) : StoreException(message, cause);
