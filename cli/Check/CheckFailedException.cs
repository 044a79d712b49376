namespace Cloud.Cli.Check;

/// <summary>The server did not answer, or not as the protocol says; the message is for the operator.</summary>
sealed class CheckFailedException(string message) : Exception(message);
