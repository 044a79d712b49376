namespace Cloud.Mail.Compose;

/// <summary>What was asked for cannot be written as a standard message.</summary>
/// <param name="message">Why, for whoever asked.</param>
public sealed class ComposeException(string message) : Exception(message);
