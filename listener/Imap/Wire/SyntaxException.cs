namespace Cloud.Listener.Imap.Wire;

/// <summary>The client wrote what the grammar does not allow: the command is answered with BAD.</summary>
/// <param name="reason">For the client's log: what was expected, where.</param>
sealed class SyntaxException(string reason) : Exception(reason);
