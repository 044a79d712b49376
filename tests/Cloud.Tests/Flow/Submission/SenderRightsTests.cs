using Cloud.Api.Admin;
using Cloud.Mail;
using Cloud.Tests.Fakes;

namespace Cloud.Tests.Flow.Submitting;

public sealed class SenderRightsTests
{
    static async Task<bool> MayAsync(TestBackend test, string address) =>
        await test.Backend.Rights.MaySendAsync(test.AliceId, EmailAddress.TryParse(address), default);

    [Fact]
    public async Task A_user_may_send_as_what_reaches_him()
    {
        var test = await TestBackend.OpenAsync();
        await test.Admin.AddAliasAsync("team@example.test", [TestBackend.Alice, TestBackend.Bob], default);
        foreach (var own in new[] { "alice@example.test", "Alice+tag@EXAMPLE.test", "team@example.test" })
            Assert.True(await MayAsync(test, own), own);
        foreach (var foreign in new[] { "bob@example.test", "nobody@example.test", "alice@elsewhere.test" })
            Assert.False(await MayAsync(test, foreign), foreign);
        Assert.True(await test.Backend.Rights.MaySendAsync(test.AliceId, null, default));
    }

    [Fact]
    public async Task What_is_granted_is_allowed_until_it_is_revoked()
    {
        var test = await TestBackend.OpenAsync();
        await test.Admin.GrantAsync(TestBackend.Alice, "Sales@example.test", default);
        await test.Admin.GrantAsync(TestBackend.Alice, TestBackend.Bob, default);
        Assert.True(await MayAsync(test, "sales@example.test"));
        Assert.True(await MayAsync(test, "sales+north@example.test"));
        Assert.True(await MayAsync(test, TestBackend.Bob));
        Assert.False(await MayAsync(test, "other@example.test"));
        var grant = Assert.Single(await test.Admin.ListGrantsAsync(default));
        Assert.Equal(
            (TestBackend.Alice, "sales@example.test bob@example.test"),
            (grant.Address, string.Join(' ', grant.SendsAs))
        );

        await test.Admin.RevokeAsync(TestBackend.Alice, TestBackend.Bob, default);
        Assert.False(await MayAsync(test, TestBackend.Bob));
        await test.Admin.RevokeAsync(TestBackend.Alice, "sales@example.test", default);
        Assert.Empty(await test.Admin.ListGrantsAsync(default));
        await Assert.ThrowsAsync<AdminException>(() =>
            test.Admin.RevokeAsync(TestBackend.Alice, TestBackend.Bob, default).AsTask()
        );
    }

    [Fact]
    public async Task What_is_granted_to_the_suspended_waits_with_them()
    {
        var test = await TestBackend.OpenAsync();
        await test.Admin.GrantAsync(TestBackend.Alice, TestBackend.Bob, default);
        await test.Admin.Users.SuspendAsync(TestBackend.Alice, default);
        Assert.False(await MayAsync(test, TestBackend.Bob));
        await test.Admin.Users.ResumeAsync(TestBackend.Alice, default);
        Assert.True(await MayAsync(test, TestBackend.Bob));
    }

    [Fact]
    public async Task A_whole_domain_can_be_granted_and_no_other_comes_with_it()
    {
        var test = await TestBackend.OpenAsync();
        await test.Admin.AddDomainAsync("other.test", default);
        await test.Admin.GrantAsync(TestBackend.Alice, "*@example.test", default);
        Assert.True(await MayAsync(test, "anybody@example.test"));
        Assert.True(await MayAsync(test, TestBackend.Bob));
        Assert.False(await MayAsync(test, "anybody@other.test"));
        Assert.False(await MayAsync(test, "anybody@sub.example.test"));
    }

    [Theory]
    [InlineData("nobody@example.test", "bob@example.test", "There is no user nobody@example.test")]
    [InlineData(TestBackend.Alice, "me@elsewhere.test", "The domain elsewhere.test is not one of ours")]
    [InlineData(TestBackend.Alice, "me", "me is no address")]
    public async Task What_cannot_be_granted_is_said(string user, string sendsAs, string reason)
    {
        var test = await TestBackend.OpenAsync();
        var fault = await Assert.ThrowsAsync<AdminException>(() =>
            test.Admin.GrantAsync(user, sendsAs, default).AsTask()
        );
        Assert.Equal(reason, fault.Message);
    }

    [Fact]
    public async Task Grants_go_with_their_user()
    {
        var test = await TestBackend.OpenAsync();
        await test.Admin.GrantAsync(TestBackend.Alice, TestBackend.Bob, default);
        await test.Admin.RemoveUserAsync(TestBackend.Alice, default);
        Assert.Empty(await test.Admin.ListGrantsAsync(default));
    }

    [Fact]
    public async Task Grants_go_with_their_domain_and_do_not_come_back_with_it()
    {
        var test = await TestBackend.OpenAsync();
        await test.Admin.AddDomainAsync("other.test", default);
        foreach (var granted in new[] { "*@other.test", "sales@other.test", TestBackend.Bob })
            await test.Admin.GrantAsync(TestBackend.Alice, granted, default);
        await test.Admin.GrantAsync(TestBackend.Bob, "*@other.test", default);
        Assert.True(await MayAsync(test, "anybody@other.test"));
        await test.Admin.RemoveDomainAsync("other.test", default);
        await test.Admin.AddDomainAsync("other.test", default);
        Assert.False(await MayAsync(test, "anybody@other.test"));
        Assert.False(await MayAsync(test, "sales@other.test"));
        Assert.True(await MayAsync(test, TestBackend.Bob));
        var left = Assert.Single(await test.Admin.ListGrantsAsync(default));
        Assert.Equal((TestBackend.Alice, TestBackend.Bob), (left.Address, Assert.Single(left.SendsAs)));
    }
}
