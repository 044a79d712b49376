using Cloud.Api.Gateway;
using Cloud.Listener.Imap.Wire;

namespace Cloud.Listener.Imap.Commands;

/// <summary>LOGIN. RFC 9051 §6.2.3.</summary>
sealed record Login(string User, string Password) : IImapCommand
{
    public static IImapCommand Parse(ref ImapReader args)
    {
        args.ExpectSP();
        var user = args.ExpectText("a user name");
        args.ExpectSP();
        var password = args.ExpectText("a password");
        args.ExpectEnd();
        return new Login(user, password);
    }

    public async ValueTask<Reply> RunAsync(ImapSession session, CancellationToken cancel)
    {
        if (!session.TakesPasswords)
            return Reply.LoginDisabled;

        var request = new AuthenticateRequest(User, Password, session.Connection.Remote.Address);
        var result = await session.Gateway.AuthenticateAsync(request, cancel);
        if (result.Status != AuthenticateStatus.Ok)
            return session.RefuseLogin(result.Status, result.RetryAfter);

        session.LogIn(result);
        return Reply.Ok("Logged in", $"CAPABILITY {Capability.Of(session)}");
    }

    /// <summary>Without the password: a record's text may end up in a log.</summary>
    public override string ToString() => $"LOGIN {User}";
}
