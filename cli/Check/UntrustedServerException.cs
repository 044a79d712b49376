namespace Cloud.Cli.Check;

/// <summary>A password would go to a server that nobody vouches for.</summary>
sealed class UntrustedServerException(string message) : Exception(message);
