using System.Net;
using System.Security.Cryptography;
using System.Text;
using Cloud.Api.Admin;
using Cloud.Api.Gateway;
using Cloud.Flow.Submission;
using Cloud.Mail;
using Cloud.Store.Counting;
using Cloud.Store.Directory;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Api.Admin;

/// <summary>Passwords of programs, suspension, quota, deletion and the way back.</summary>
public sealed class UserLifeTests
{
    const string Text = $"From: {TestBackend.Alice}\r\n\r\ntext\r\n";

    readonly ManualClock clock = new();
    readonly CountingRows rows = new(new MemoryRows());
    readonly MemoryBlobs blobs = new();

    Task<TestBackend> OpenAsync() => TestBackend.OpenAsync(rows, blobs, time: clock);

    [Fact]
    public async Task A_program_s_password_opens_the_mailbox_until_it_is_revoked()
    {
        await using var test = await OpenAsync();
        var made = await test.Admin.Users.AddAppPasswordAsync(TestBackend.Alice, "phone", default);
        Assert.Matches("^([a-z2-9]{4}-){4}[a-z2-9]{4}$", made.Password);
        await LogsInAsync(test, made.Password, AuthenticateStatus.Ok);
        await LogsInAsync(test, TestBackend.Password, AuthenticateStatus.Ok);
        await test.Admin.Users.RevokeAppPasswordAsync(TestBackend.Alice, made.Id, default);
        await LogsInAsync(test, made.Password, AuthenticateStatus.WrongCredentials);
        await LogsInAsync(test, TestBackend.Password, AuthenticateStatus.Ok);
        Assert.Empty(await test.Admin.Users.ListAppPasswordsAsync(TestBackend.Alice, default));
    }

    [Fact]
    public async Task A_new_password_of_the_user_leaves_those_of_programs_as_they_were()
    {
        await using var test = await OpenAsync();
        var made = await test.Admin.Users.AddAppPasswordAsync(TestBackend.Alice, "phone", default);
        await test.Admin.SetPasswordAsync(TestBackend.Alice, "another one", default);
        await LogsInAsync(test, made.Password, AuthenticateStatus.Ok);
        await LogsInAsync(test, "another one", AuthenticateStatus.Ok);
        await LogsInAsync(test, TestBackend.Password, AuthenticateStatus.WrongCredentials);
    }

    [Fact]
    public async Task A_program_s_password_works_with_scram()
    {
        await using var test = await OpenAsync();
        var made = await test.Admin.Users.AddAppPasswordAsync(TestBackend.Alice, "phone", default);
        Assert.Equal(AuthenticateStatus.Ok, (await ScramAsync(test, made.Password)).Status);
        Assert.Equal(AuthenticateStatus.Ok, (await ScramAsync(test, TestBackend.Password)).Status);
        Assert.Equal(AuthenticateStatus.WrongCredentials, (await ScramAsync(test, "guess")).Status);
    }

    [Fact]
    public async Task The_last_use_is_noted_to_the_hour_and_costs_a_write_no_more_often()
    {
        await using var test = await OpenAsync();
        var made = await test.Admin.Users.AddAppPasswordAsync(TestBackend.Alice, "phone", default);
        Assert.Null((await ListAsync(test)).LastUsed);
        var first = clock.GetUtcNow();
        await LogsInAsync(test, made.Password, AuthenticateStatus.Ok);
        Assert.Equal(first, (await ListAsync(test)).LastUsed);
        rows.Reset();
        clock.Advance(TimeSpan.FromMinutes(50));
        await LogsInAsync(test, made.Password, AuthenticateStatus.Ok);
        await LogsInAsync(test, TestBackend.Password, AuthenticateStatus.Ok);
        Assert.Equal(0, rows.Commits);
        clock.Advance(TimeSpan.FromMinutes(20));
        await LogsInAsync(test, made.Password, AuthenticateStatus.Ok);
        Assert.Equal(first.AddMinutes(70), (await ListAsync(test)).LastUsed);
    }

    [Fact]
    public async Task There_are_so_many_passwords_of_programs_and_each_has_a_name_of_its_own()
    {
        await using var test = await OpenAsync();
        var users = test.Admin.Users;
        await users.AddAppPasswordAsync(TestBackend.Alice, "phone", default);
        await FailsAsync(() => users.AddAppPasswordAsync(TestBackend.Alice, "phone", default).AsTask());
        await FailsAsync(() => users.AddAppPasswordAsync(TestBackend.Alice, "a\nb", default).AsTask());
        await FailsAsync(() => users.AddAppPasswordAsync(TestBackend.Alice, new('a', 65), default).AsTask());
        await FailsAsync(() => users.RevokeAppPasswordAsync(TestBackend.Alice, "none", default).AsTask());
    }

    [Fact]
    public async Task Who_is_suspended_neither_logs_in_nor_sends_and_still_gets_mail()
    {
        await using var test = await OpenAsync();
        await test.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        await LogsInAsync(test, TestBackend.Password, AuthenticateStatus.WrongCredentials);
        var sent = await test.SubmitAsync(Text, TestBackend.Alice, TestBackend.Bob);
        Assert.Equal((SubmitStatus.Rejected, "7.1"), (sent.Status, sent.Code));
        Assert.Equal(ReceiveStatus.Accepted, (await test.ReceiveAsync(Text, TestBackend.Alice)).Status);
        Assert.True((await UserAsync(test)).IsSuspended);

        await test.Admin.Users.ResumeAsync(TestBackend.Alice, default);
        await LogsInAsync(test, TestBackend.Password, AuthenticateStatus.Ok);
        Assert.Equal(SubmitStatus.Accepted, (await test.SubmitAsync(Text, TestBackend.Alice, TestBackend.Bob)).Status);
        Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
    }

    [Fact]
    public async Task A_quota_holds_from_the_moment_it_is_set()
    {
        await using var test = await OpenAsync();
        Assert.True((await test.AppendAsync(test.AliceId, "INBOX", Text)).IsOk);
        await test.Admin.Users.SetQuotaAsync(TestBackend.Alice, 50, default);
        Assert.Equal(Refusal.OverQuota, (await test.AppendAsync(test.AliceId, "INBOX", Text)).Refusal);
        Assert.Equal(50, (await UserAsync(test)).Quota);
        await test.Admin.Users.SetQuotaAsync(TestBackend.Alice, 0, default);
        Assert.True((await test.AppendAsync(test.AliceId, "INBOX", Text)).IsOk);
        await FailsAsync(() => test.Admin.Users.SetQuotaAsync(TestBackend.Alice, -1, default).AsTask());
    }

    [Fact]
    public async Task Who_is_deleted_is_gone_for_all_and_comes_back_with_all_mail()
    {
        await using var test = await OpenAsync();
        await test.ReceiveAsync(Text, TestBackend.Alice);
        var until = await test.Admin.Users.RemoveAsync(TestBackend.Alice, UserLimits.Grace, default);
        Assert.Equal(clock.GetUtcNow().AddDays(30), until);
        await LogsInAsync(test, TestBackend.Password, AuthenticateStatus.WrongCredentials);
        Assert.Equal(ReceiveStatus.Rejected, (await test.ReceiveAsync(Text, TestBackend.Alice)).Status);
        var user = await UserAsync(test);
        Assert.Equal((true, until), (user.IsDeleted, user.KeptUntil));
        await FailsAsync(() => test.Admin.AddUserAsync(TestBackend.Alice, "another", default).AsTask());

        await test.Admin.Users.RestoreAsync(TestBackend.Alice, default);
        await LogsInAsync(test, TestBackend.Password, AuthenticateStatus.Ok);
        Assert.Single((await test.OpenAsync(test.AliceId)).Entries);
        await FailsAsync(() => test.Admin.Users.RestoreAsync(TestBackend.Alice, default).AsTask());
    }

    [Fact]
    public async Task What_is_deleted_goes_for_good_when_the_time_is_over_and_not_before()
    {
        await using var test = await OpenAsync();
        await test.ReceiveAsync(Text, TestBackend.Alice);
        await test.Admin.Users.RemoveAsync(TestBackend.Alice, TimeSpan.FromDays(10), default);
        clock.Advance(TimeSpan.FromDays(9));
        Assert.Equal(0, (await test.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default)).Users);
        var kept = blobs.Count;
        clock.Advance(TimeSpan.FromDays(2));
        Assert.Equal(1, (await test.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default)).Users);
        Assert.Equal(kept - 1, blobs.Count);
        Assert.DoesNotContain(await test.Admin.ListUsersAsync(default), user => user.Address == TestBackend.Alice);
        await test.Admin.AddUserAsync(TestBackend.Alice, "another", default);
    }

    [Fact]
    public async Task A_removal_that_came_to_no_end_is_ended_by_the_sweep()
    {
        await using var test = await OpenAsync();
        var (row, user) = await DirectoryLookup.UserAsync(test.Backend.Directory, TestBackend.Alice, default);
        var marked = new Cloud.Store.Ports.RowTransaction(DirectoryRows.Partition);
        marked.Replace(row.Key.Row, DirectoryRows.ToRow(user with { Removing = true }), row.ETag);
        await test.Backend.Directory.CommitAsync(marked);
        await FailsAsync(() => test.Admin.Users.RestoreAsync(TestBackend.Alice, default).AsTask());
        Assert.Equal(1, (await test.Backend.Sweeper.RunAsync(TimeSpan.FromMinutes(5), default)).Users);
    }

    [Fact]
    public async Task A_deletion_without_grace_is_for_good()
    {
        await using var test = await OpenAsync();
        Assert.Null(await test.Admin.Users.RemoveAsync(TestBackend.Alice, TimeSpan.Zero, default));
        await FailsAsync(() => test.Admin.Users.RestoreAsync(TestBackend.Alice, default).AsTask());
        await FailsAsync(() => test.Admin.Users.RemoveAsync(TestBackend.Bob, TimeSpan.FromDays(366), default).AsTask());
    }

    static async Task FailsAsync(Func<Task> act) => await Assert.ThrowsAsync<AdminException>(act);

    static async Task<UserInfo> UserAsync(TestBackend test) =>
        (await test.Admin.ListUsersAsync(default)).Single(user => user.Address == TestBackend.Alice);

    static async Task<AppPasswordInfo> ListAsync(TestBackend test) =>
        Assert.Single(await test.Admin.Users.ListAppPasswordsAsync(TestBackend.Alice, default));

    static async Task LogsInAsync(TestBackend test, string password, AuthenticateStatus expected) =>
        Assert.Equal(expected, (await test.LoginAsync(TestBackend.Alice, password)).Status);

    /// <summary>As a client does it: RFC 5802 §3.</summary>
    static async Task<AuthenticateResult> ScramAsync(TestBackend test, string password)
    {
        var parameters = await test.Gateway.StartScramAsync(TestBackend.Alice, default);
        var salted = Rfc2898DeriveBytes.Pbkdf2(
            Encoding.UTF8.GetBytes(password),
            parameters.Salt.Span,
            parameters.Iterations,
            HashAlgorithmName.SHA256,
            32
        );
        var clientKey = HMACSHA256.HashData(salted, "Client Key"u8);
        var message = "n=alice,r=x,r=xy,s=z,i=1,c=biws,r=xy"u8.ToArray();
        var signature = HMACSHA256.HashData(SHA256.HashData(clientKey), message);
        for (var i = 0; i < clientKey.Length; i++)
            clientKey[i] ^= signature[i];
        return await test.Gateway.FinishScramAsync(
            new(TestBackend.Alice, message, clientKey, IPAddress.Parse("192.0.2.1")),
            default
        );
    }
}
