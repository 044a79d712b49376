using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Cloud.Api.Gateway.OAuth;
using Cloud.Mail;
using Cloud.Store.Directory;
using Cloud.Store.Ports;
using Cloud.Wire;

namespace Cloud.Api.Gateway;

/// <summary>Tells users from guessers.</summary>
/// <remarks>
/// A name that does not exist costs the same time as one that does. Failures make the account and the client's
/// address wait, longer each time; whoever waits holds no thread. A client that knew the password a while ago is let
/// in although others' failures have locked the account. Where clients' addresses are not known
/// (<see cref="ClientAddress.Unknown"/>), nothing is counted or remembered by address: only the account waits.
/// </remarks>
/// <param name="shared">Whether other processes take logins for the same directory.</param>
/// <param name="tokens">Knows what tokens are worth; null: none are taken.</param>
sealed class Authenticator(
    MailDirectory directory,
    TimeProvider time,
    Entropy entropy,
    bool shared,
    ITokenCheck? tokens
)
{
    /// <summary>Tokens checked at a time: whoever issues them is not to be flooded through us.</summary>
    /// <remarks>And while it is slow, few of the calls that a process takes at a time are to wait for it.</remarks>
    const int ChecksAtATime = 4;

    /// <summary>Longest wait for one's turn: while the issuer is slow, sessions are not to pile up behind it.</summary>
    static readonly TimeSpan ChecksPatience = TimeSpan.FromSeconds(1);

    readonly LoginThrottle throttle = new(time, shared ? directory.Rows : null);
    readonly KnownLogins known = new(time, entropy);
    readonly PasswordUses uses = new(directory, time);

    /// <summary>Derivations at a time: logins may not take all cores from mail.</summary>
    SemaphoreSlim Derivations { get; } = new(Math.Max(1, Environment.ProcessorCount / 2));

    SemaphoreSlim Checks { get; } = new(ChecksAtATime);

    readonly byte[] madeUpSalt = entropy.Bytes(Passwords.SaltBytes);
    volatile byte[]? secret;

    public async ValueTask<AuthenticateResult> AuthenticateAsync(AuthenticateRequest request, CancellationToken cancel)
    {
        var (login, client) = (await KeyOfAsync(request.Login, cancel), Network(request.Client));
        var user = await FindAsync(login, cancel);
        if (user is not null && client is not null && known.Find(user, client, request.Password) is { } by)
            return await WelcomeAsync(user, by, default);
        if (LockedOut(await throttle.WaitAsync(login, client, cancel)) is { } locked)
            return locked;

        await Derivations.WaitAsync(cancel);
        try
        {
            return await VerifyAsync(login, client, user, request.Password, cancel);
        }
        finally
        {
            Derivations.Release();
        }
    }

    public async ValueTask<ScramParameters> StartScramAsync(string name, CancellationToken cancel)
    {
        var login = await KeyOfAsync(name, cancel);
        var lasting = HMACSHA256.HashData(await SecretAsync(cancel), Encoding.UTF8.GetBytes(login));
        return await FindAsync(login, cancel) is { } user
            ? new(user.Credentials.Salt, user.Credentials.Iterations)
            : new(lasting.AsMemory(0, Passwords.SaltBytes), Passwords.Iterations);
    }

    public async ValueTask<AuthenticateResult> FinishScramAsync(ScramProof proof, CancellationToken cancel)
    {
        var (login, client) = (await KeyOfAsync(proof.Login, cancel), Network(proof.Client));
        var user = await FindAsync(login, cancel);
        if (LockedOut(await throttle.WaitAsync(login, client, cancel)) is { } locked)
            return locked;
        foreach (var credentials in AllOf(user))
        {
            var signature = Passwords.VerifyProof(proof.AuthMessage.Span, proof.Proof.Span, credentials);
            if (signature is null || user is null)
                continue;
            await throttle.ForgetAsync(login, cancel);
            return await WelcomeAsync(user, credentials, signature);
        }
        return await FailAsync(login, client);
    }

    public async ValueTask<AuthenticateResult> AuthenticateAsync(TokenRequest request, CancellationToken cancel)
    {
        if (tokens is null)
            return AuthenticateResult.Refused(AuthenticateStatus.WrongCredentials);
        var token = new PresentedToken(request.Token);
        var client = Network(request.Client);
        var named = request.Login.Length == 0 ? null : await KeyOfAsync(request.Login, cancel);
        // Whoever was let in a moment ago is, although others' failures have locked the account.
        if (
            tokens.KnownOwner(token) is { } before
            && before == (named ?? before)
            && await FindPersonAsync(before, cancel) is { } known
        )
            return WelcomeByToken(known);
        // Without a name nobody's account is to wait: only the client's address does, and who has that very token.
        var counted = named ?? token.Name;
        if (LockedOut(await throttle.WaitAsync(counted, client, cancel)) is { } locked)
            return locked;

        if (!await Checks.WaitAsync(ChecksPatience, cancel))
            throw new StoreException("Too many tokens are being checked");
        try
        {
            if (LockedOut(throttle.WaitHere(counted, client)) is { } since)
                return since;
            var owner = await tokens.FindOwnerAsync(token, cancel);
            if (owner is null || (named is not null && named != owner))
                return await FailAsync(counted, client);
            if (await FindPersonAsync(owner, cancel) is not { } user)
                return await FailAsync(counted, client);
            await throttle.ForgetAsync(counted, cancel);
            return WelcomeByToken(user);
        }
        finally
        {
            Checks.Release();
        }
    }

    static AuthenticateResult WelcomeByToken(UserRow user) =>
        new(AuthenticateStatus.Ok, user.Account, user.Address, TimeSpan.Zero, default)
        {
            Stamp = LoginStamp.OfToken(user),
        };

    /// <summary>Whether who logged in a while ago still might.</summary>
    public async ValueTask<bool> CountsAsync(LoginStamp login, CancellationToken cancel) =>
        login.Fits(await directory.FindUserAsync(login.Login, cancel));

    IReadOnlyList<Credentials> AllOf(UserRow? user) =>
        user is null ? [new(madeUpSalt, Passwords.Iterations, madeUpSalt, madeUpSalt)] : [.. user.AllCredentials];

    async ValueTask<AuthenticateResult> WelcomeAsync(UserRow user, Credentials by, ReadOnlyMemory<byte> signature)
    {
        await uses.NoteAsync(user, by);
        return new(AuthenticateStatus.Ok, user.Account, user.Address, TimeSpan.Zero, signature)
        {
            Stamp = LoginStamp.Of(user, by),
        };
    }

    async ValueTask<AuthenticateResult> FailAsync(string login, string? client)
    {
        await throttle.FailAsync(login, client);
        return AuthenticateResult.Refused(AuthenticateStatus.WrongCredentials);
    }

    static AuthenticateResult? LockedOut(TimeSpan wait) =>
        wait > TimeSpan.Zero ? AuthenticateResult.Refused(AuthenticateStatus.LockedOut, wait) : null;

    async ValueTask<AuthenticateResult> VerifyAsync(
        string login,
        string? client,
        UserRow? user,
        string password,
        CancellationToken cancel
    )
    {
        // Guesses that came all at once have been waiting here: each counts before the next is tried.
        if (LockedOut(throttle.WaitHere(login, client)) is { } locked)
            return locked;
        if (Passwords.Find(password, AllOf(user)) is not { } by || user is null)
            return await FailAsync(login, client);

        await throttle.ForgetAsync(login, cancel);
        if (client is not null)
            known.Add(user, client, password, by);
        return await WelcomeAsync(user, by, default);
    }

    async ValueTask<UserRow?> FindAsync(string login, CancellationToken cancel) =>
        await directory.FindUserAsync(login, cancel) is { IsActive: true } user ? user : null;

    /// <summary>Nobody logs in to a route, and no token changes that.</summary>
    async ValueTask<UserRow?> FindPersonAsync(string login, CancellationToken cancel) =>
        await FindAsync(login, cancel) is { IsRoute: false } user ? user : null;

    /// <summary>The login as a key: an address, or a bare name completed with the only domain.</summary>
    async ValueTask<string> KeyOfAsync(string login, CancellationToken cancel)
    {
        if (EmailAddress.TryParse(login) is { } address)
            return address.Key;
        var domain = await directory.OnlyDomainAsync(cancel);
        return EmailAddress.TryParse($"{login}@{domain}")?.Key ?? $"{Truncated(login)}@";
    }

    static string Truncated(string login) =>
        login.Length <= EmailAddress.MaxLength ? login : login[..EmailAddress.MaxLength];

    /// <summary>Whose failures count together: an IPv4 address, or the /64 that one IPv6 customer has; null: unknown.</summary>
    static string? Network(IPAddress address)
    {
        if (!ClientAddress.IsKnown(address))
            return null;
        address = PlainAddress.Of(address);
        return address.AddressFamily == AddressFamily.InterNetworkV6
            ? Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8))
            : address.ToString();
    }

    /// <summary>Made once for the whole directory, so that made-up salts last.</summary>
    async ValueTask<byte[]> SecretAsync(CancellationToken cancel)
    {
        if (secret is { } kept)
            return kept;
        var fresh = new RowTransaction(DirectoryRows.Partition);
        fresh.Insert(DirectoryRows.Secret, new() { { "Key", entropy.Bytes(32) } });
        var row = await directory.ReadAsync(DirectoryRows.Secret, cancel);
        if (row is null)
        {
            await directory.CommitAsync(fresh);
            row = await directory.ReadAsync(DirectoryRows.Secret, cancel);
        }
        secret = row?.Data.Bytes("Key") ?? throw new StoreException("The directory's secret is missing");
        return secret;
    }
}
