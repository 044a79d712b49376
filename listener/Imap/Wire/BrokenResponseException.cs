namespace Cloud.Listener.Imap.Wire;

/// <summary>A literal that was announced cannot be finished: only the end of the connection says so to the client.</summary>
sealed class BrokenResponseException(Exception cause) : Exception("A literal could not be finished", cause);
