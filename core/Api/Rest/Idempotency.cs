using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Cloud.Store;
using Cloud.Store.Ports;
using Cloud.Store.Requests;

namespace Cloud.Api.Rest;

/// <summary>Does what a request asks once, however often it comes: the <c>Idempotency-Key</c> header.</summary>
/// <remarks>
/// Steps: 1. the key is claimed by a row that only one can insert, with the transaction under which it is done; 2. it is
/// done; 3. the answer is kept with the claim, for all that come later. Who comes meanwhile hears 409. A claim whose maker
/// has ended without an answer is taken over, under the same transaction, so that what was done before is found.
/// Answers are kept for a day. Faults of ours are no answers: the claim is given back.
/// A body that is streamed is known once it was read: <see cref="Claim.NoteAsync"/> compares it with what came under the key
/// before, and whoever hears a kept answer has sent the same.
/// </remarks>
static class Idempotency
{
    public const string Header = "Idempotency-Key";

    public static readonly QueryParameter Parameter = new(
        Header,
        "Sends once, however often it is asked with the same key within 24 hours"
    );

    /// <summary>Characters of a key: a UUID has 36.</summary>
    const int MaxKey = 255;

    /// <summary>The code of a refusal that is no answer: it says nothing of the request that the key belongs to.</summary>
    const string Reused = "key-reused";

    static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    /// <summary>How long one may be at it: then it stops by itself, and later others take over.</summary>
    static readonly TimeSpan Deadline = TimeSpan.FromMinutes(4);
    static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    /// <param name="request">All that makes the request what it is: with another one, the key is refused.</param>
    /// <param name="doAsync">Does it under the claim's transaction.</param>
    /// <param name="hashAsync">
    /// The SHA-256 of a body that is not in <paramref name="request"/>, read to its end; null where all of it is.
    /// </param>
    public static async ValueTask<ApiAnswer> OnceAsync(
        this ApiCall call,
        ReadOnlyMemory<byte> request,
        Func<Claim, CancellationToken, ValueTask<ApiAnswer>> doAsync,
        CancellationToken cancel,
        Func<CancellationToken, ValueTask<byte[]>>? hashAsync = null
    )
    {
        var accounts = call.Rooms.Backend.Accounts;
        using var timer = new CancellationTokenSource(Deadline, accounts.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancel);
        try
        {
            return await OnceAsync(call, request, doAsync, hashAsync, either.Token);
        }
        catch (OperationCanceledException) when (timer.IsCancellationRequested)
        {
            throw new ApiException(ApiProblem.Unavailable);
        }
    }

    static async ValueTask<ApiAnswer> OnceAsync(
        ApiCall call,
        ReadOnlyMemory<byte> request,
        Func<Claim, CancellationToken, ValueTask<ApiAnswer>> doAsync,
        Func<CancellationToken, ValueTask<byte[]>>? hashAsync,
        CancellationToken cancel
    )
    {
        var accounts = call.Rooms.Backend.Accounts;
        if (call.Request.Header(Header) is not { } key)
            return await doAsync(new(TransactionId.Create(accounts.Time, accounts.Entropy)), cancel);
        if (key.Length is 0 or > MaxKey || key.Any(c => c is < ' ' or > '~'))
            throw new ApiException(ApiProblem.BadHeader(Header, $"A key has 1 to {MaxKey} characters of ASCII."));

        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{call.Caller.Key}\n{key}"));
        var fingerprint = SHA256.HashData([.. Encoding.UTF8.GetBytes($"{call.Request.Target}\n"), .. request.Span]);
        var (claim, answer) = await ClaimAsync(call, hash, fingerprint, hashAsync, cancel); // step 1
        return answer ?? await DoAsync(call, claim!, isStreamed: hashAsync is not null, doAsync, cancel);
    }

    static async ValueTask<ApiAnswer> DoAsync(
        ApiCall call,
        Claim claim,
        bool isStreamed,
        Func<Claim, CancellationToken, ValueTask<ApiAnswer>> doAsync,
        CancellationToken cancel
    )
    {
        claim.KeepAsync = () => WriteAsync(call, claim, claim.Started, answer: null);
        ApiAnswer answer;
        try
        {
            answer = await doAsync(claim, cancel); // step 2
        }
        catch (ApiException e) when (e.Problem.Status < 500 && e.Problem.Status != 429 && e.Problem.Code != Reused)
        {
            answer = ApiAnswer.Of(e.Problem);
        }
        catch
        {
            await WriteAsync(call, claim, started: default, answer: null); // whoever asks again goes on at once
            throw;
        }
        // What nobody has read to its end can be compared with nothing.
        if (answer.IsFinal && (!isStreamed || claim.Content is not null))
            await WriteAsync(call, claim, claim.Started, answer); // step 3
        else
            await WriteAsync(call, claim, started: default, answer: null);
        return answer;
    }

    static async ValueTask<(Claim? Claim, ApiAnswer? Answer)> ClaimAsync(
        ApiCall call,
        byte[] hash,
        byte[] fingerprint,
        Func<CancellationToken, ValueTask<byte[]>>? hashAsync,
        CancellationToken cancel
    )
    {
        var accounts = call.Rooms.Backend.Accounts;
        var now = accounts.Time.GetUtcNow();
        var fresh = new Claim(TransactionId.Create(accounts.Time, accounts.Entropy))
        {
            Key = ApiRows.Claim(hash),
            Fingerprint = fingerprint,
            Started = now,
        };
        var row = await accounts.Rows.GetAsync(ApiRows.Table, fresh.Key, cancel);
        if (row is null || ApiRows.Expires(row.Data) <= now)
            return await InsertAsync(call, fresh, row, cancel) ? (fresh, null) : (null, Busy());
        if (!CryptographicOperations.FixedTimeEquals(row.Data.Bytes("Request"), fingerprint))
            throw OtherRequest();
        var content = row.Data.Bytes("Content");
        if (row.Data.Bytes("Body") is { } body)
        {
            if (content is not null && hashAsync is not null)
                Compare(content, await hashAsync(cancel));
            return (
                null,
                ApiAnswer
                    .Bytes(row.Data.Int("Status"), row.Data.String("Type") ?? "application/json", body)
                    .With("Idempotency-Replayed", "true")
            );
        }
        if (row.Data.Time("Started") + Lease > now)
            return (null, Busy());
        var taken = new Claim(TransactionId.TryParse(row.Data.String("Transaction")) ?? fresh.Transaction)
        {
            Key = fresh.Key,
            Fingerprint = fingerprint,
            Started = now,
            IsRepeated = true,
            Content = content,
        };
        return await InsertAsync(call, taken, row, cancel) ? (taken, null) : (null, Busy());
    }

    /// <exception cref="ApiException">422: the key came with other octets before.</exception>
    internal static void Compare(byte[] before, byte[] now)
    {
        if (!CryptographicOperations.FixedTimeEquals(before, now))
            throw OtherRequest();
    }

    static ApiException OtherRequest() =>
        new(
            ApiProblem.Of(
                422,
                Reused,
                "This Idempotency-Key came with another request before.",
                [new("Use a new key for a new request.", Header: Header)]
            )
        );

    static async ValueTask<bool> InsertAsync(ApiCall call, Claim claim, Row? before, CancellationToken cancel)
    {
        var transaction = new RowTransaction(claim.Key.Partition);
        if (before is null)
            transaction.Insert(claim.Key.Row, ToRow(claim, claim.Started, null));
        else
            transaction.Replace(claim.Key.Row, ToRow(claim, claim.Started, null), before.ETag);
        return (await call.Rooms.Backend.Accounts.Rows.CommitAsync(ApiRows.Table, transaction, cancel)).Committed;
    }

    /// <summary>Keeps the answer. Should that fail, whoever asks again finds by the transaction what was done.</summary>
    static async ValueTask WriteAsync(ApiCall call, Claim claim, DateTimeOffset started, ApiAnswer? answer)
    {
        var row = ToRow(claim, started, answer);
        try
        {
            await call.Rooms.Backend.Accounts.Rows.CommitAsync(
                ApiRows.Table,
                new RowTransaction(claim.Key.Partition).Upsert(claim.Key.Row, row),
                CancellationToken.None
            );
        }
        catch (StoreException)
        {
            return; // the lease ends by itself
        }
    }

    static RowData ToRow(Claim claim, DateTimeOffset started, ApiAnswer? answer)
    {
        var row = new RowData(8)
        {
            { "Transaction", claim.Transaction.ToString() },
            { "Request", claim.Fingerprint },
            { "Started", started == default ? DateTimeOffset.UnixEpoch : started },
            { "Expires", claim.Transaction.At + Kept },
        };
        if (claim.Content is { } content)
            row.Add("Content", content);
        // Without it, whoever asks again finds by the transaction what was done.
        if (answer is null || answer.Body.Length > RowLimits.PropertyBytes)
            return row;
        row.Add("Status", answer.Status);
        row.Add("Type", answer.Header("Content-Type") ?? "application/json");
        row.Add("Body", answer.Body.ToArray());
        return row;
    }

    static ApiAnswer Busy() =>
        ApiAnswer
            .Of(ApiProblem.Conflict("in-progress", "The same request is being done at this moment."))
            .With("Retry-After", 1.ToString(CultureInfo.InvariantCulture));
}
