using Cloud.Api.Gateway;

namespace Cloud.Listener.Pop3.Commands;

/// <summary>PASS: the password for the USER just given, spaces and all. RFC 1939 §7.</summary>
/// <remarks>No record: its text would hold the password.</remarks>
sealed class Pass(string password) : IPop3Command
{
    public static IPop3Command? Parse(ref Pop3Reader arguments) =>
        arguments.Text() is { } password ? new Pass(password) : null;

    public async ValueTask<Pop3Reply> RunAsync(Pop3Session session, CancellationToken cancel)
    {
        var request = new AuthenticateRequest(session.Name, password, session.Client);
        return await session.LogInAsync(session.Name, await session.Gateway.AuthenticateAsync(request, cancel), cancel);
    }
}
