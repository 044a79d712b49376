using System.Text.Json;
using Cloud.Api.Admin;
using Cloud.Flow.Keys;

namespace Cloud.Cli.Control;

/// <summary>Administration by way of a running server's socket.</summary>
sealed class ControlClient(SocketCaller socket) : IAdministration
{
    public IQueueAdministration Queue => new ControlQueue(AskAsync);

    public async ValueTask AddDomainAsync(string domain, CancellationToken cancel) =>
        await AskAsync(new("AddDomain", domain, null, null), cancel);

    public async ValueTask<IReadOnlyList<string>> ListDomainsAsync(CancellationToken cancel) =>
        (await AskAsync(new("ListDomains", null, null, null), cancel)).Domains ?? [];

    public async ValueTask RemoveDomainAsync(string domain, CancellationToken cancel) =>
        await AskAsync(new("RemoveDomain", domain, null, null), cancel);

    public async ValueTask<IReadOnlyList<DomainKeyPair>> ListKeysAsync(string domain, CancellationToken cancel) =>
        (await AskAsync(new("ListKeys", domain, null, null), cancel)).Keys ?? [];

    public async ValueTask<DomainKeyPair> PrepareKeysAsync(string domain, CancellationToken cancel) =>
        (await AskAsync(new("PrepareKeys", domain, null, null), cancel)).Keys is [var pair]
            ? pair
            : throw new AdminException("The server did not answer with the keys.");

    public async ValueTask ActivateKeysAsync(string domain, string name, CancellationToken cancel) =>
        await AskAsync(new("ActivateKeys", domain, null, [name]), cancel);

    public async ValueTask AddUserAsync(string address, string password, CancellationToken cancel) =>
        await AskAsync(new("AddUser", address, password, null), cancel);

    public async ValueTask AddSharedUserAsync(string address, CancellationToken cancel) =>
        await AskAsync(new("AddSharedUser", address, null, null), cancel);

    public async ValueTask<IReadOnlyList<UserInfo>> ListUsersAsync(CancellationToken cancel) =>
        (await AskAsync(new("ListUsers", null, null, null), cancel)).Users ?? [];

    public async ValueTask SetPasswordAsync(string address, string password, CancellationToken cancel) =>
        await AskAsync(new("SetPassword", address, password, null), cancel);

    public async ValueTask RemoveUserAsync(string address, CancellationToken cancel) =>
        await AskAsync(new("RemoveUser", address, null, null), cancel);

    public async ValueTask GrantAsync(string address, string sendsAs, CancellationToken cancel) =>
        await AskAsync(new("Grant", address, null, [sendsAs]), cancel);

    public async ValueTask RevokeAsync(string address, string sendsAs, CancellationToken cancel) =>
        await AskAsync(new("Revoke", address, null, [sendsAs]), cancel);

    public async ValueTask<IReadOnlyList<GrantInfo>> ListGrantsAsync(CancellationToken cancel) =>
        (await AskAsync(new("ListGrants", null, null, null), cancel)).Grants ?? [];

    public async ValueTask SetSavesSentAsync(string address, bool savesSent, CancellationToken cancel) =>
        await AskAsync(new("SetSavesSent", address, null, [savesSent ? "on" : "off"]), cancel);

    public async ValueTask SetVerpAsync(string address, bool usesVerp, CancellationToken cancel) =>
        await AskAsync(new("SetVerp", address, null, [usesVerp ? "on" : "off"]), cancel);

    public async ValueTask ForwardAsync(
        string address,
        IReadOnlyList<string> targets,
        bool keeps,
        CancellationToken cancel
    ) => await AskAsync(new(keeps ? "ForwardAndKeep" : "Forward", address, null, targets), cancel);

    public async ValueTask StopForwardAsync(string address, CancellationToken cancel) =>
        await AskAsync(new("StopForward", address, null, null), cancel);

    public async ValueTask<IReadOnlyList<ForwardInfo>> ListForwardsAsync(CancellationToken cancel) =>
        (await AskAsync(new("ListForwards", null, null, null), cancel)).Forwards ?? [];

    public async ValueTask AddAliasAsync(string alias, IReadOnlyList<string> targets, CancellationToken cancel) =>
        await AskAsync(new("AddAlias", alias, null, targets), cancel);

    public async ValueTask<IReadOnlyList<AliasInfo>> ListAliasesAsync(CancellationToken cancel) =>
        (await AskAsync(new("ListAliases", null, null, null), cancel)).Aliases ?? [];

    public async ValueTask RemoveAliasAsync(string alias, CancellationToken cancel) =>
        await AskAsync(new("RemoveAlias", alias, null, null), cancel);

    async Task<ControlAnswer> AskAsync(ControlRequest request, CancellationToken cancel)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(request, ControlJson.Default.ControlRequest);
        await using var reply = await socket.SendAsync(
            new("POST", ControlServer.ControlPath, new MemoryStream(body)),
            cancel
        );
        var answer = await JsonSerializer.DeserializeAsync(reply.Body, ControlJson.Default.ControlAnswer, cancel);
        if (answer is null)
            throw new AdminException("The server closed without an answer.");
        return answer.Error is null ? answer : throw new AdminException(answer.Error);
    }
}
